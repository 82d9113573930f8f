import { badRequest } from './graph-error.ts';

/** The query options of a call, checked against what its route documents. */
export interface ODataOptions {
  readonly select: readonly string[] | undefined;
  /** undefined when not given. */
  readonly top: number | undefined;
  readonly skip: number | undefined;
  readonly filter: string | undefined;
  readonly expand: string | undefined;
  readonly orderby: string | undefined;
  readonly count: boolean;
  readonly skiptoken: string | undefined;
  readonly deltatoken: string | undefined;
  /** Any documented option by the name the route gave it. */
  get(name: string): string | undefined;
}

/** Refuses options that the route does not document, and options given twice. */
export function readOptions(query: URLSearchParams, allowed: readonly string[]): ODataOptions {
  const known = new Map(allowed.map((name) => [name.toLowerCase(), name]));
  const values = new Map<string, string>();
  for (const [written, value] of query) {
    const name = known.get(written.toLowerCase());
    if (name === undefined) throw badRequest(`The query parameter '${written}' is not supported.`);
    if (values.has(name)) {
      throw badRequest(`Query option '${written}' was specified more than once.`);
    }
    values.set(name, value);
  }
  return optionsOf(values);
}

function optionsOf(values: ReadonlyMap<string, string>): ODataOptions {
  return {
    select: readSelect(values.get('$select')),
    top: readCount('$top', values.get('$top'), 1),
    skip: readCount('$skip', values.get('$skip'), 0),
    filter: values.get('$filter'),
    expand: values.get('$expand'),
    orderby: values.get('$orderby'),
    count: readBoolean('$count', values.get('$count')),
    skiptoken: values.get('$skiptoken'),
    deltatoken: values.get('$deltatoken'),
    get: (name) => values.get(name),
  };
}

function readSelect(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const names = text.split(',').map((name) => name.trim());
  if (names.some((name) => !/^(?:\*|@?[\w./]+)$/.test(name))) {
    throw badRequest(`Invalid $select: '${text}'.`);
  }
  return names;
}

function readCount(name: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : -1;
  if (value < least) throw badRequest(`Invalid value '${text}' for ${name} query option found.`);
  return value;
}

function readBoolean(name: string, text: string | undefined): boolean {
  if (text === undefined) return false;
  if (!/^(true|false)$/i.test(text)) throw badRequest(`Invalid value '${text}' for ${name}.`);
  return text.toLowerCase() === 'true';
}

/**
 * Keeps what $select names (without regard to case), always the id and annotations; all of it
 * without $select. A name that `properties` does not hold is 400, as Graph answers it.
 */
export function project(
  entity: Readonly<Record<string, unknown>>,
  select: readonly string[] | undefined,
  properties?: ReadonlySet<string>,
): Record<string, unknown> {
  if (select === undefined || select.includes('*')) return { ...entity };
  const wanted = new Set(select.map((name) => name.toLowerCase()));
  if (properties) checkSelected(select, properties);
  return Object.fromEntries(
    Object.entries(entity).filter(
      ([name]) => name === 'id' || name.startsWith('@') || wanted.has(name.toLowerCase()),
    ),
  );
}

function checkSelected(select: readonly string[], properties: ReadonlySet<string>): void {
  const known = new Set([...properties].map((name) => name.toLowerCase()));
  for (const name of select) {
    const head = name.split('/')[0] ?? name;
    if (head !== '*' && !known.has(head.toLowerCase())) {
      throw badRequest(`Could not find a property named '${name}'.`, 'RequestBroker--ParseUri');
    }
  }
}
