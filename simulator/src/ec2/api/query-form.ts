import { Ec2Error } from '../domain/ec2-error.ts';

/**
 * The parameters of a request of the Query protocol, such as
 * `TagSpecification.1.Tag.2.Key`. What nobody has read is refused at the end:
 * a parameter that is not known is never ignored.
 */
export class QueryForm {
  readonly #values: ReadonlyMap<string, string>;
  readonly #read: Set<string>;
  readonly #prefix: string;

  private constructor(values: ReadonlyMap<string, string>, read: Set<string>, prefix: string) {
    this.#values = values;
    this.#read = read;
    this.#prefix = prefix;
  }

  static parse(body: string): QueryForm {
    const values = new Map<string, string>();
    for (const [name, value] of new URLSearchParams(body)) {
      if (values.has(name)) throw invalid(name, 'came twice');
      values.set(name, value);
    }
    return new QueryForm(values, new Set(), '');
  }

  optional(name: string): string | undefined {
    const full = this.#prefix + name;
    const value = this.#values.get(full);
    if (value !== undefined) this.#read.add(full);
    return value;
  }

  text(name: string): string {
    const value = this.optional(name);
    if (value) return value;
    const full = this.#prefix + name;
    throw new Ec2Error(
      'MissingParameter',
      `The request must contain the parameter ${full.replace(/\.\d+/g, '')}`,
    );
  }

  oneOf<T extends string>(name: string, allowed: readonly T[], byDefault: T): T {
    const value = this.optional(name) ?? byDefault;
    const known = allowed.find((each) => each === value);
    if (known !== undefined) return known;
    throw invalid(this.#prefix + name, `'${value}' is none of ${allowed.join(', ')}`);
  }

  flag(name: string, byDefault: boolean): boolean {
    const value = this.optional(name);
    if (value === undefined) return byDefault;
    if (value === 'true' || value === 'false') return value === 'true';
    throw invalid(this.#prefix + name, `'${value}' is neither true nor false`);
  }

  integer(name: string, range: { readonly min: number; readonly max: number }): number | undefined {
    const value = this.optional(name);
    if (value === undefined) return undefined;
    const number = /^-?\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= range.min && number <= range.max) return number;
    throw invalid(this.#prefix + name, `'${value}' is not from ${range.min} to ${range.max}`);
  }

  /** `Name.1`, `Name.2`, …: numbers must begin at 1 and have no gap. */
  list(name: string): readonly QueryForm[] {
    const members: QueryForm[] = [];
    for (let n = 1; this.#has(`${name}.${n}`); n += 1) {
      members.push(new QueryForm(this.#values, this.#read, `${this.#prefix}${name}.${n}.`));
    }
    return members;
  }

  texts(name: string): readonly string[] {
    const texts: string[] = [];
    for (let n = 1; this.#values.has(`${this.#prefix}${name}.${n}`); n += 1) {
      texts.push(this.text(`${name}.${n}`));
    }
    return texts;
  }

  /** A structure such as `Placement`; undefined when nothing of it was given. */
  part(name: string): QueryForm | undefined {
    if (!this.#has(name)) return undefined;
    return new QueryForm(this.#values, this.#read, `${this.#prefix}${name}.`);
  }

  /** Throws UnknownParameter for what was not read. */
  finish(): void {
    const unread = [...this.#values.keys()].find((name) => !this.#read.has(name));
    if (unread === undefined) return;
    throw new Ec2Error('UnknownParameter', `The parameter ${unread} is not recognized`);
  }

  /** All parameters but the named ones, in an order that says nothing: to compare requests by. */
  canonical(except: readonly string[]): string {
    const pairs = [...this.#values].filter(([name]) => !except.includes(name));
    return JSON.stringify(pairs.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  #has(name: string): boolean {
    const prefix = `${this.#prefix}${name}.`;
    return [...this.#values.keys()].some((each) => each.startsWith(prefix));
  }
}

export function invalid(name: string, why: string): Ec2Error {
  return new Ec2Error('InvalidParameterValue', `Invalid value for parameter ${name}: ${why}`);
}
