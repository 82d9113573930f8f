import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explore, restore } from '../../cli/src/demo/story/recover.ts';
import { succeed } from '../../cli/src/demo/story/story.ts';
import { isRight, killInRetrieval, momentsOf } from '../kill/kill-retrieval.ts';
import {
  type RetrievalWorld,
  startRetrieval,
  startRetrievalWorld,
} from '../kill/retrieval-world.ts';

describe('retrievals whose agent is killed', () => {
  let world: RetrievalWorld;
  beforeAll(async () => {
    world = await startRetrievalWorld();
  });
  afterAll(() => world?.stop());

  it('thaw nothing twice, lose nothing, and leave nothing behind', async () => {
    const moments = momentsOf((await world.namesWith('/packs/')).length);
    for (const moment of [moments[3], moments[2]]) {
      if (moment === undefined) continue;
      const killed = await killInRetrieval(world, moment);
      expect(isRight(killed), JSON.stringify(killed)).toBe(true);
    }
  }, 180_000);

  it('bring everything back', async () => {
    const { story, point, environment } = world;
    const { admin } = environment.tenant;
    await admin.freeze('killed');
    await admin.lose();
    const { retrieval, session } = await startRetrieval(world);
    await succeed(story, session);
    const seen = await explore(story, session.id, retrieval.id);
    await restore(story, point, retrieval.id);
    const comparison = await admin.compare('killed');
    expect(comparison).toMatchObject({ mismatches: 0, examples: [] });
    expect(comparison.matched).toBe(seen.items);
  }, 180_000);
});
