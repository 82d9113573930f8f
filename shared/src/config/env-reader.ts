import { readFileSync } from 'node:fs';
import { AppError } from '../errors/app-error.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

interface NumberRange {
  readonly min?: number;
  readonly max?: number;
}

const prefix = 'FIRN_';

/**
 * Reads settings from FIRN_* variables and collects every mistake, so that the
 * operator sees all at once. Read everything first, then call `finish`; until
 * then a mistaken setting has a stand-in value that must not be used.
 */
export class EnvReader {
  readonly #environment: Environment;
  readonly #readFile: (path: string) => string;
  readonly #known = new Set<string>();
  readonly #mistakes: string[] = [];

  /** @param readFile of secrets; throws when it cannot */
  constructor(
    environment: Environment,
    readFile: (path: string) => string = (path) => readFileSync(path, 'utf8'),
  ) {
    this.#environment = environment;
    this.#readFile = readFile;
  }

  /** A text; a mistake when it is absent and there is no default. */
  text(name: string, byDefault?: string): string {
    return this.optionalText(name) ?? byDefault ?? this.#missing(name, '');
  }

  optionalText(name: string): string | undefined {
    this.#known.add(name);
    const value = this.#environment[name];
    return value === undefined || value === '' ? undefined : value;
  }

  /** A whole number in decimal digits. */
  integer(name: string, byDefault?: number, range: NumberRange = {}): number {
    const text = this.optionalText(name);
    if (text === undefined) return byDefault ?? this.#missing(name, 0);
    const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = range;
    const value = Number(text);
    const isWhole = /^-?\d+$/.test(text) && Number.isSafeInteger(value);
    if (!isWhole) return this.#mistake(`${name} is not a whole number: ${text}`, 0);
    if (value < min) return this.#mistake(`${name} is less than ${min}: ${text}`, min);
    if (value > max) return this.#mistake(`${name} is more than ${max}: ${text}`, max);
    return value;
  }

  /** `true` or `false`. */
  flag(name: string, byDefault: boolean): boolean {
    const text = this.optionalText(name);
    if (text === undefined) return byDefault;
    if (text === 'true' || text === 'false') return text === 'true';
    return this.#mistake(`${name} is neither true nor false: ${text}`, byDefault);
  }

  /** One of some words. */
  choice<const T extends string>(name: string, words: readonly [T, ...T[]], byDefault?: T): T {
    const text = this.optionalText(name);
    if (text === undefined) return byDefault ?? this.#missing(name, words[0]);
    const word = words.find((each) => each === text);
    return word ?? this.#mistake(`${name} is none of ${words.join(', ')}: ${text}`, words[0]);
  }

  /** An address with one of the schemes, e.g. `['https']`, without a password. */
  url(name: string, schemes: readonly string[], byDefault?: string): string {
    const text = this.text(name, byDefault);
    if (text === '') return text;
    const scheme = URL.parse(text)?.protocol.slice(0, -1);
    if (scheme !== undefined && schemes.includes(scheme)) return text;
    const wanted = schemes.map((each) => `${each}://…`).join(' or ');
    // Not quoted: a mistaken address may hold a password.
    return this.#mistake(`${name} is not an address ${wanted}`, text);
  }

  /** Of the file that `<name>_FILE` names, without its last line break. */
  secret(name: string): string {
    return this.optionalSecret(name) ?? this.#missing(`${name}_FILE`, '');
  }

  optionalSecret(name: string): string | undefined {
    const path = this.optionalText(`${name}_FILE`);
    if (this.#environment[name] !== undefined) {
      this.#known.add(name);
      return this.#mistake(
        `${name} holds a secret: put it into a file and name it in ${name}_FILE`,
        '',
      );
    }
    if (path === undefined) return undefined;
    try {
      return (
        this.#readFile(path).replace(/\r?\n$/, '') ||
        this.#mistake(`${path} of ${name}_FILE is empty`, '')
      );
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return this.#mistake(`${name}_FILE cannot be read: ${reason}`, '');
    }
  }

  /** Records a mistake that concerns several settings. */
  require(condition: boolean, mistake: string): void {
    if (!condition) this.#mistakes.push(mistake);
  }

  /** Throws E_CONFIG_INVALID with every mistake, unknown FIRN_* variables among them. */
  finish(): void {
    const unknown = Object.keys(this.#environment)
      .filter((name) => name.startsWith(prefix) && !this.#known.has(name))
      .map((name) => `${name} is unknown`);
    const mistakes = [...this.#mistakes, ...unknown];
    if (mistakes.length === 0) return;
    throw new AppError('E_CONFIG_INVALID', mistakes.join('; '), {
      context: { mistakes: mistakes.length },
    });
  }

  #missing<T>(name: string, standIn: T): T {
    return this.#mistake(`${name} is not set`, standIn);
  }

  #mistake<T>(mistake: string, standIn: T): T {
    this.#mistakes.push(mistake);
    return standIn;
  }
}
