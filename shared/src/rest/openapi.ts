import type { TSchema } from 'typebox';
import type { Route } from './route.ts';
import { basePath, routeTable } from './route-table.ts';
import { Problem } from './schemas/problem.ts';

type Json = Record<string, unknown>;

/**
 * The OpenAPI 3.1 document of the route table. Schemas with a title become
 * components. docs/openapi.json holds the same; a test compares them.
 */
export function buildOpenApi(version: string): Json {
  const components: Json = {};
  const paths: Record<string, Json> = {};
  for (const [operationId, route] of Object.entries<Route>(routeTable)) {
    const operations = paths[route.path] ?? {};
    operations[route.method.toLowerCase()] = operation(operationId, route, components);
    paths[route.path] = operations;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Firn controller',
      version,
      description: 'Everything that the command line does goes through this API.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: basePath }],
    security: [{ token: [] }],
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(components).sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'firn_<id>_<secret>' },
      },
    },
  };
}

function operation(operationId: string, route: Route, components: Json): Json {
  return {
    operationId,
    tags: [route.tag],
    summary: route.summary,
    ...(route.scope === 'public' ? { security: [] } : { 'x-firn-scope': route.scope }),
    ...parametersOf(route, components),
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: hoist(route.body, components) } },
          },
        }),
    responses: {
      [route.success.status]: successResponse(route, components),
      default: {
        description: 'What went wrong, and what to do',
        content: { 'application/problem+json': { schema: hoist(Problem, components) } },
      },
    },
  };
}

function successResponse(route: Route, components: Json): Json {
  const { body, status, contentType = 'application/json' } = route.success;
  return {
    description: { 200: 'OK', 201: 'Created', 202: 'Started', 204: 'Done' }[status],
    ...(body === undefined
      ? {}
      : { content: { [contentType]: { schema: hoist(body, components) } } }),
  };
}

function parametersOf(route: Route, components: Json): Json {
  const parameters = [
    ...fieldsAs('path', route.params, components),
    ...fieldsAs('query', route.query, components),
  ];
  if (route.idempotent === true) parameters.push(idempotencyKey);
  return parameters.length === 0 ? {} : { parameters };
}

const idempotencyKey: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The same key with the same request answers the same; kept for a day',
  schema: { type: 'string', minLength: 1, maxLength: 200 },
};

function fieldsAs(place: 'path' | 'query', schema: Route['params'], components: Json): Json[] {
  if (schema === undefined) return [];
  const required: readonly string[] = schema.required ?? [];
  return Object.entries<TSchema>(schema.properties).map(([name, field]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: hoist(field, components),
  }));
}

/** Replaces every titled schema by a reference and keeps it in components. */
function hoist(schema: unknown, components: Json): unknown {
  if (Array.isArray(schema)) return schema.map((entry) => hoist(entry, components));
  if (typeof schema !== 'object' || schema === null) return schema;
  const { title, ...rest } = schema as Json;
  const inner = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [key, hoist(value, components)]),
  );
  if (typeof title !== 'string') return inner;
  components[title] = inner;
  return { $ref: `#/components/schemas/${title}` };
}
