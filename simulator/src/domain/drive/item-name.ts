import { DriveError } from './drive-error.ts';

const NAME_LENGTH_MAX = 255;
const PATH_LENGTH_MAX = 400;
const FORBIDDEN_CHARACTERS = /["*:<>?/\\|]/;
const RESERVED_NAMES = /^(\.lock|con|prn|aux|nul|com[0-9]|lpt[0-9]|desktop\.ini|_vti_)$/i;

/**
 * Throws what the service says of a name that OneDrive for Business does not take: the characters
 * `" * : < > ? / \ |`, leading or trailing spaces, a trailing dot, reserved names, `~$…`, `_vti_`
 * anywhere, `forms` at the root [Microsoft: restrictions and limitations in OneDrive].
 */
export function checkItemName(name: string, place: { atRoot: boolean }): void {
  const problem = problemOf(name, place.atRoot);
  if (problem) {
    throw new DriveError('invalidRequest', `The provided name cannot contain or be: ${problem}.`);
  }
}

function problemOf(name: string, atRoot: boolean): string | undefined {
  if (name.length === 0) return 'nothing';
  if (name.length > NAME_LENGTH_MAX) return `more than ${NAME_LENGTH_MAX} characters`;
  if (FORBIDDEN_CHARACTERS.test(name)) return 'one of " * : < > ? / \\ |';
  if (hasControlCharacter(name)) return 'a control character';
  if (name.trim() !== name) return 'a leading or trailing space';
  if (name.endsWith('.')) return 'a trailing dot';
  if (RESERVED_NAMES.test(name)) return 'a reserved name';
  if (name.startsWith('~$')) return 'a leading ~$';
  if (/_vti_/i.test(name)) return '_vti_';
  if (atRoot && name.toLowerCase() === 'forms') return 'forms at the root';
  return undefined;
}

function hasControlCharacter(name: string): boolean {
  for (const character of name) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

/** Throws when the decoded path after the host is longer than 400 characters. */
export function checkPathLength(path: string): void {
  if (path.length > PATH_LENGTH_MAX) {
    throw new DriveError(
      'pathIsTooLong',
      `The path has ${path.length} characters; at most ${PATH_LENGTH_MAX} are allowed.`,
    );
  }
}

/** Two names are the same in one folder when their keys are: case does not count. */
export function nameKey(name: string): string {
  return name.toLowerCase();
}

/** The n-th name that the service tries when it has to rename: `report 1.docx`. */
export function alternativeName(name: string, n: number): string {
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? `${name} ${n}` : `${name.slice(0, dot)} ${n}${name.slice(dot)}`;
}
