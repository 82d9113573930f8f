import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Value } from 'typebox/value';
import { type FieldError, RequestInvalid } from './problem-response.ts';

/**
 * Validates by the schemas of the route table. Query values are text and are
 * converted first (`"5"` to 5); bodies are taken as they are.
 */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart = 'body' }) => {
  const validator = Compile(schema);
  const isText = httpPart === 'querystring';
  return (received: unknown) => {
    const value = isText ? Value.Convert(schema, { ...(received as object) }) : (received ?? {});
    if (validator.Check(value)) return { value };
    return {
      error: new RequestInvalid(
        partNames[httpPart] ?? httpPart,
        fieldErrors(validator.Errors(value)),
      ),
    };
  };
};

const partNames: Readonly<Record<string, string>> = {
  params: 'path',
  querystring: 'query',
  body: 'body',
};

interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message: string;
  readonly params: object;
}

/** Fields by path, without values: what was sent may be a secret. */
function fieldErrors(errors: readonly SchemaError[]): FieldError[] {
  const told = errors.filter(({ keyword }) => keyword !== 'additionalProperties');
  return told.slice(0, 20).map((error) => {
    if (error.keyword === 'boolean') return { path: error.instancePath, message: 'is not known' };
    if ('format' in error.params && error.params.format === 'uuid') {
      return { path: error.instancePath, message: 'must be an id (a UUID), as its list shows it' };
    }
    const missing =
      'requiredProperties' in error.params ? error.params.requiredProperties : undefined;
    const message = Array.isArray(missing) ? `must have ${missing.join(', ')}` : error.message;
    return { path: error.instancePath === '' ? '/' : error.instancePath, message };
  });
}
