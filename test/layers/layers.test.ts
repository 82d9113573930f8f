import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkLayers } from '../../scripts/check-layers.ts';

const fixture = join(import.meta.dirname, 'fixture');

describe('the layer check', () => {
  it.each([
    ['no-cycles', 'controller/src/adapters/postgres/row.ts'],
    ['no-unresolved', 'proxy-agent/src/main.ts'],
    ['shared-errors-gen-memory-storage-class', 'shared/src/errors/app-error.ts'],
    ['repository-is-pure', 'shared/src/repository/reads-files.ts'],
    ['shared-bus-rpc', 'shared/src/bus/uses-app.ts'],
    ['shared-knows-no-program', 'shared/src/bus/uses-app.ts'],
    ['domain-is-pure', 'controller/src/domain/impure.ts'],
    ['ports-know-domain-only', 'controller/src/ports/wide.ts'],
    ['app-reaches-the-world-through-ports', 'controller/src/app/use-case.ts'],
    ['app-takes-no-adapter-of-shared', 'controller/src/app/builds-adapter.ts'],
    ['adapters-do-not-know-app', 'controller/src/adapters/postgres/row.ts'],
    ['api-does-not-know-adapters', 'controller/src/api/http/reaches-down.ts'],
    ['programs-meet-in-proto', 'cli/src/main.ts'],
    ['simulator-knows-nothing-of-firn', 'simulator/src/main.ts'],
    ['nothing-imports-tests', 'archiver-appliance/src/main.ts'],
    ['one-home-pg', 'controller/src/app/uses-pg.ts'],
  ])('finds a breach of %s', async (rule, file) => {
    const { violations } = await checkLayers(fixture);
    expect(violations).toContainEqual(expect.objectContaining({ rule, from: file }));
  });

  it('sees the modules of the product', async () => {
    const { modules, violations } = await checkLayers(join(import.meta.dirname, '..', '..'));
    expect(modules).toBeGreaterThan(0);
    expect(violations).toEqual([]);
  });
});
