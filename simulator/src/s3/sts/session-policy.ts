import { S3Error } from '../domain/s3-error.ts';

interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly RegExp[];
  readonly resources: readonly RegExp[];
}

/** What of a role's rights a session keeps: what some statement allows, and none denies. */
export class SessionPolicy {
  readonly #statements: readonly Statement[];

  private constructor(statements: readonly Statement[]) {
    this.#statements = statements;
  }

  /** Only what is needed here: Effect, Action and Resource. */
  static parse(text: string): SessionPolicy {
    const policy = parseObject(text);
    const listed = policy['Statement'];
    if (policy['Version'] !== '2012-10-17' || !Array.isArray(listed)) throw malformed();
    return new SessionPolicy(listed.map(readStatement));
  }

  /** @param resource ARN; absent: of any */
  allows(action: string, resource?: string): boolean {
    const meant = this.#statements.filter(
      ({ actions, resources }) =>
        matches(actions, action) && (resource === undefined || matches(resources, resource)),
    );
    const isDenied = meant.some(({ effect }) => effect === 'Deny');
    return !isDenied && meant.some(({ effect }) => effect === 'Allow');
  }
}

function readStatement(value: unknown): Statement {
  if (typeof value !== 'object' || value === null) throw malformed();
  const { Effect, Action, Resource, ...rest } = value as Record<string, unknown>;
  if (Effect !== 'Allow' && Effect !== 'Deny') throw malformed();
  if (Object.keys(rest).some((name) => name !== 'Sid')) throw malformed();
  return { effect: Effect, actions: readPatterns(Action), resources: readPatterns(Resource) };
}

function readPatterns(value: unknown): readonly RegExp[] {
  const texts: unknown[] = Array.isArray(value) ? value : [value];
  return texts.map((text) => {
    if (typeof text !== 'string' || text === '') throw malformed();
    const escaped = text.replace(/[.+^${}()|[\]\\]/g, '\\$&');
    return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
  });
}

function matches(patterns: readonly RegExp[], text: string): boolean {
  return patterns.some((pattern) => pattern.test(text));
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // told below
  }
  throw malformed();
}

function malformed(): S3Error {
  return new S3Error('MalformedPolicyDocument', 'The policy is not in the valid JSON format.');
}
