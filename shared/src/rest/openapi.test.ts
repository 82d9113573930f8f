import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildOpenApi } from './openapi.ts';
import type { Route } from './route.ts';
import { routeTable } from './route-table.ts';

const root = new URL('../../../', import.meta.url);
const version = (
  JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { version: string }
).version;

describe('OpenAPI document', () => {
  it('is the committed one (npm run generate writes it)', () => {
    const committed: unknown = JSON.parse(readFileSync(new URL('docs/openapi.json', root), 'utf8'));
    expect(committed).toEqual(buildOpenApi(version));
  });

  it('refers only to components that it has', () => {
    const document = buildOpenApi(version) as { components: { schemas: object } };
    const text = JSON.stringify(document);
    const referred = new Set([...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map((m) => m[1]));
    expect([...referred].sort()).toEqual(Object.keys(document.components.schemas).sort());
  });
});

describe('route table', () => {
  const routes = Object.entries<Route>(routeTable);

  it('has one operation per method and path', () => {
    const keys = routes.map(([, route]) => `${route.method} ${route.path}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it.each(routes)('%s declares exactly the parameters of its path', (_id, route) => {
    const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    expect(Object.keys(route.params?.properties ?? {})).toEqual(inPath);
  });
});
