import { invariant } from '../errors/invariant.ts';

const allowed = /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/;

/** Throws InvariantError unless the name obeys the port: no empty, `.` or `..` segments. */
export function checkBlobName(name: string): void {
  invariant(allowed.test(name), `blob name ${JSON.stringify(name)} is not allowed`);
  const isRelative = name.split('/').some((segment) => segment === '.' || segment === '..');
  invariant(!isRelative, `blob name ${JSON.stringify(name)} has a relative segment`);
}

/** Order of a listing. Names are ASCII, so code units are bytes. */
export function compareBlobNames(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
