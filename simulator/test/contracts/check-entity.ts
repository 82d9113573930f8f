import { type Csdl, type CsdlProperty, findProperty, isOpenType } from './csdl.ts';

const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const PRIMITIVES: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['Edm.String', isString],
  ['Edm.Boolean', (value: unknown) => typeof value === 'boolean'],
  ['Edm.Int32', Number.isSafeInteger],
  ['Edm.Int64', Number.isSafeInteger],
  ['Edm.Double', (value: unknown) => typeof value === 'number'],
  ['Edm.Single', (value: unknown) => typeof value === 'number'],
  ['Edm.DateTimeOffset', (value: unknown) => isString(value) && DATE.test(value)],
  ['Edm.Guid', (value: unknown) => isString(value) && GUID.test(value)],
  ['Edm.Binary', isString],
  ['Edm.Stream', isString],
  ['Edm.Duration', isString],
]);

/**
 * What of a JSON value its declared type does not allow: properties that are not declared, values of
 * another type, null where it is forbidden. Annotations (`@…`, `x@…`) are left out. `beyond` names
 * properties that Microsoft documents but the CSDL lacks, as `type.property`.
 */
export function checkEntity(
  csdl: Csdl,
  typeName: string,
  value: unknown,
  beyond: ReadonlySet<string> = new Set(),
): string[] {
  const problems: string[] = [];
  walk({ csdl, beyond, problems }, { typeName, value, path: typeName });
  return problems;
}

type Check = {
  readonly csdl: Csdl;
  readonly beyond: ReadonlySet<string>;
  readonly problems: string[];
};

type Place = { readonly typeName: string; readonly value: unknown; readonly path: string };

function walk(check: Check, place: Place): void {
  const { csdl, problems } = check;
  const { value, path } = place;
  const primitive = PRIMITIVES.get(place.typeName);
  const members = csdl.enums.get(place.typeName);
  if (primitive) {
    if (!primitive(value)) problems.push(`${path}: ${show(value)} is no ${place.typeName}`);
  } else if (members) {
    if (!isString(value) || !members.has(value)) {
      problems.push(`${path}: ${show(value)} is no ${place.typeName}`);
    }
  } else if (csdl.types.has(place.typeName)) {
    walkObject(check, place);
  }
}

function walkObject(check: Check, { typeName, value, path }: Place): void {
  const { csdl, problems, beyond } = check;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.push(`${path}: ${show(value)} is no ${typeName}`);
    return;
  }
  const actual = actualType(value, typeName);
  for (const [name, member] of Object.entries(value)) {
    if (name.includes('@')) continue;
    const property = findProperty(csdl, actual, name);
    if (property) walkProperty(check, { property, value: member, path: `${path}.${name}` });
    else if (!isOpenType(csdl, actual) && !beyond.has(`${actual}.${name}`)) {
      problems.push(`${path}.${name} is not declared in ${actual}`);
    }
  }
}

function walkProperty(
  check: Check,
  place: { property: CsdlProperty; value: unknown; path: string },
): void {
  const { property, value, path } = place;
  if (value === null) {
    if (!property.isNullable) check.problems.push(`${path} must not be null`);
    return;
  }
  if (!property.isCollection) {
    walk(check, { typeName: property.type, value, path });
    return;
  }
  if (!Array.isArray(value)) {
    check.problems.push(`${path}: ${show(value)} is no collection`);
    return;
  }
  value.forEach((member, i) => {
    walk(check, { typeName: property.type, value: member, path: `${path}[${i}]` });
  });
}

function actualType(value: object, declared: string): string {
  const annotation = Reflect.get(value, '@odata.type');
  if (!isString(annotation)) return declared;
  return annotation.replace(/^#(?:microsoft\.graph\.)?/i, '');
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? 'undefined').slice(0, 60);
}
