/**
 * What an example shows and an answer lacks: member names, and the JSON type of their values, down
 * through objects; null may stand for any value, since the metadata judge that; of arrays any member of the answer may have what the example's members have.
 */
export function missingFrom(answer: unknown, example: unknown, path = ''): string[] {
  if (example === null || example === undefined) return [];
  if (Array.isArray(example)) {
    if (!Array.isArray(answer)) return [`${path} is no array`];
    return example.flatMap((member) => nearest(answer, member, `${path}[]`));
  }
  if (typeof example === 'object') return missingMembers(answer, example, path);
  if (answer === null || typeof answer === typeof example) return [];
  return [`${path}: ${typeof answer} instead of ${typeof example}`];
}

function missingMembers(answer: unknown, example: object, path: string): string[] {
  if (typeof answer !== 'object' || answer === null) return [`${path} is no object`];
  return Object.entries(example).flatMap(([name, value]) => {
    const found: unknown = Reflect.get(answer, name);
    if (found === undefined) return [`${path}.${name} is missing`];
    return missingFrom(found, value, `${path}.${name}`);
  });
}

/** The complaints about the member that comes closest. */
function nearest(answers: readonly unknown[], example: unknown, path: string): string[] {
  if (answers.length === 0) return [`${path} is empty`];
  return answers
    .map((answer) => missingFrom(answer, example, path))
    .reduce((best, next) => (next.length < best.length ? next : best));
}
