import type { ViewRequest, ViewResponse } from '@firn/shared/gen/firn/link/v1/link';
import { type RepositoryRef, SecretBundle } from '@firn/shared/gen/firn/link/v1/work';
import { describe, expect, it } from 'vitest';
import { World } from './fakes/a-world.ts';
import { openBoxes } from './fakes/fake-controller.ts';

interface Page {
  readonly items: readonly Record<string, unknown>[];
  readonly nextCursor?: string;
}

async function aStoredWorld() {
  const world = new World();
  const { id } = world.tenant.addObject('anna');
  for (let n = 1; n <= 5; n += 1) world.tenant.putItem(id, `item-${n}`, `mail ${n}`);
  const repository = await world.repository('repository-1');
  const agent = world.start();
  await world.initialize(repository);
  await world.backup('session-1', repository);
  const ask = async (question: ViewResponse['question'], restorePointId = 'session-1') =>
    await world.ask(aQuestion(world, repository, question, restorePointId));
  return { world, agent, ask, objectId: id };
}

function aQuestion(
  world: World,
  repository: RepositoryRef,
  question: ViewResponse['question'],
  restorePointId: string,
): ViewResponse {
  const bundle = { storages: [], repositories: [], organization: undefined, ...world.secrets };
  const secrets = openBoxes.seal('', SecretBundle.encode(bundle).finish());
  const place = { repository, secrets, jobId: 'job-1', restorePointId, retrievalId: '' };
  return { requestId: 'request-1', ...place, question };
}

function pageOf({ answer }: ViewRequest): Page {
  if (answer?.$case !== 'page') throw new Error(`no page but ${JSON.stringify(answer)}`);
  return JSON.parse(new TextDecoder().decode(answer.value)) as Page;
}

describe('views', () => {
  it('list objects, folders and items of a restore point', async () => {
    const { ask, objectId, agent } = await aStoredWorld();
    const objects = pageOf(await ask({ $case: 'listObjects', value: {} }));
    expect(objects.items).toMatchObject([
      { objectId, kind: 'mailbox', name: 'anna', user: 'anna@example.com', items: 5 },
    ]);
    const folders = { objectId, cursor: '', limit: 10 };
    expect(pageOf(await ask({ $case: 'listFolders', value: folders })).items).toEqual([
      { folderId: 'inbox', name: 'Inbox', type: 'IPF.Note', wellKnownName: 'inbox' },
    ]);
    await agent.stop();
  });

  it('page through items with a cursor until the last page', async () => {
    const { ask, objectId, agent } = await aStoredWorld();
    const seen: unknown[] = [];
    let cursor: string | undefined = '';
    while (cursor !== undefined) {
      const value = { objectId, folderId: 'inbox', cursor, limit: 2 };
      const page: Page = pageOf(await ask({ $case: 'listItems', value }));
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items.map((item) => item['itemId']));
      cursor = page.nextCursor;
    }
    expect(seen.toSorted()).toEqual(['item-1', 'item-2', 'item-3', 'item-4', 'item-5']);
    await agent.stop();
  });

  it('answer what cannot be answered with a problem', async () => {
    const { ask, agent } = await aStoredWorld();
    const { answer } = await ask({ $case: 'listObjects', value: {} }, 'no such point');
    expect(answer).toMatchObject({ $case: 'problem', value: { code: 'E_POINT_NOT_FOUND' } });
    await agent.stop();
  });

  it('see what was committed since the last question', async () => {
    const { world, ask, objectId, agent } = await aStoredWorld();
    await ask({ $case: 'listObjects', value: {} });
    world.tenant.putItem(objectId, 'item-6', 'new');
    await world.backup('session-2', world.known('repository-1'));
    const objects = pageOf(await ask({ $case: 'listObjects', value: {} }, 'session-2'));
    expect(objects.items).toMatchObject([{ items: 6 }]);
    await agent.stop();
  });
});
