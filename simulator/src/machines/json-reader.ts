/** A body that is not what is known here; servers word it as theirs do. */
export class JsonMismatch extends Error {}

/**
 * Reads a JSON object by its known members. What nobody has read is refused at
 * the end: no server of a cloud may ignore what it does not know.
 */
export class JsonReader {
  readonly #value: Readonly<Record<string, unknown>>;
  readonly #path: string;
  readonly #read = new Set<string>();
  readonly #children: JsonReader[] = [];

  constructor(value: unknown, path = '') {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new JsonMismatch(`an object is expected at '${path}'`);
    }
    this.#value = value as Record<string, unknown>;
    this.#path = path;
  }

  raw(name: string): unknown {
    this.#read.add(name);
    return this.#value[name] ?? undefined;
  }

  optional(name: string): string | undefined {
    const value = this.raw(name);
    if (value === undefined || typeof value === 'string') return value;
    throw new JsonMismatch(`'${this.#path}${name}' is no string`);
  }

  text(name: string): string {
    const value = this.optional(name);
    if (value) return value;
    throw new JsonMismatch(`Required parameter '${this.#path}${name}' is missing (null).`);
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const value = this.optional(name);
    if (value === undefined) return undefined;
    const known = allowed.find((each) => each === value);
    if (known !== undefined) return known;
    throw new JsonMismatch(`'${this.#path}${name}' is none of ${allowed.join(', ')}`);
  }

  flag(name: string): boolean | undefined {
    const value = this.raw(name);
    if (value === undefined || typeof value === 'boolean') return value;
    throw new JsonMismatch(`'${this.#path}${name}' is no boolean`);
  }

  texts(name: string): Readonly<Record<string, string>> {
    const value = this.raw(name) ?? {};
    const isTexts = Object.values(value).every((each) => typeof each === 'string');
    if (isTexts) return value as Readonly<Record<string, string>>;
    throw new JsonMismatch(`'${this.#path}${name}' holds what is no string`);
  }

  part(name: string): JsonReader {
    const part = this.optionalPart(name);
    if (part !== undefined) return part;
    throw new JsonMismatch(`Required parameter '${this.#path}${name}' is missing (null).`);
  }

  optionalPart(name: string): JsonReader | undefined {
    const value = this.raw(name);
    return value === undefined ? undefined : this.#child(value, name);
  }

  list(name: string): readonly JsonReader[] {
    const value = this.raw(name) ?? [];
    if (!Array.isArray(value)) throw new JsonMismatch(`'${this.#path}${name}' is no array`);
    return value.map((each) => this.#child(each, name));
  }

  number(name: string): number | undefined {
    const value = this.raw(name);
    if (value === undefined || typeof value === 'number') return value;
    throw new JsonMismatch(`'${this.#path}${name}' is no number`);
  }

  /** Throws for what was not read, here and below. */
  finish(): void {
    const unread = Object.keys(this.#value).find((name) => !this.#read.has(name));
    if (unread !== undefined) {
      throw new JsonMismatch(`Could not find member '${this.#path}${unread}' on the object`);
    }
    for (const child of this.#children) child.finish();
  }

  #child(value: unknown, name: string): JsonReader {
    const child = new JsonReader(value, `${this.#path}${name}.`);
    this.#children.push(child);
    return child;
  }
}
