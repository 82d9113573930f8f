import { describe, expect, it } from 'vitest';
import {
  anItem,
  anObject,
  aRepository,
  opened,
  owned,
  someBytes,
} from '../../../test/repository/test-repository.ts';
import { utf8 } from '../bytes.ts';
import { standardLimits } from '../consolidation/choose-packs.ts';
import { maintainRepository } from '../maintenance/maintain-repository.ts';
import type { SegmentPlace } from '../object/segment-place.ts';
import type { OpenContext } from '../open-context.ts';
import type { Repository } from '../repository.ts';
import { mergeLevels } from '../run/merge-levels.ts';
import { RunReader } from '../run/run-reader.ts';

const attachment = someBytes('attachment', 300_000);

async function backUp(repository: Repository, objectIds: readonly string[]): Promise<void> {
  const session = await repository.beginSession({ jobId: 'job', sessionId: 's1', attempt: 1 });
  for (const objectId of objectIds) {
    const writer = await session.object(anObject(objectId));
    await writer.putItem(anItem('large'), attachment);
    await writer.putItem(anItem('small'), utf8(`of ${objectId}`));
    await writer.finish({ syncState: utf8('token'), mode: 'full', counts: {} });
  }
  await session.commit({ done: true });
}

/** Of the segments of an object, in order of their ids. */
async function placesOf(repository: Repository, objectId: string): Promise<SegmentPlace[]> {
  const point = await repository.openPoint({ jobId: 'job', pointId: 's1' });
  const { state } = await point.object(objectId);
  const segments = [...(await state.referredSegments())].sort();
  return Promise.all(segments.map((segment) => state.place(segment)));
}

/** As they are stored. */
async function* relocationRows({ ports, keys, meta, log, relocations }: OpenContext) {
  const { levels } = await relocations.tableOf(log.state);
  const key = async () => keys.derived.meta;
  const reading = { compute: ports.compute, meta, key, objectId: 'relocations' };
  const reader = new RunReader({ ...reading, kind: 'table' });
  for await (const { value } of mergeLevels(reader, levels)) {
    yield JSON.parse(Buffer.from(value ?? []).toString()) as Readonly<Record<string, unknown>>;
  }
}

describe('the relocation table', () => {
  it('says where segments lie; under what they lie stays in the rows of objects', async () => {
    const stored = await aRepository();
    const repository = await owned(stored);
    const objectIds = ['ann', 'bob'];
    await backUp(repository, objectIds);
    const before = await Promise.all(objectIds.map((id) => placesOf(repository, id)));
    await maintainRepository(repository.context, {
      sessionId: 'm1',
      limits: { ...standardLimits, smallPacksMin: 1 },
      policyOf: () => ({ policy: { type: 'snapshot', keepLast: 9 }, isAbandoned: false }),
    });
    const reopened = await opened(stored);
    const after = await Promise.all(objectIds.map((id) => placesOf(reopened, id)));
    for (const places of [before, after]) {
      const [ofAnn = [], ofBob = []] = places.map((each) => each.map(({ keyId }) => keyId));
      expect(new Set(ofAnn).size).toBe(1);
      expect(ofBob).not.toContain(ofAnn[0]);
    }
    const keysIn = (places: readonly SegmentPlace[][]) =>
      places.flat().map(({ keyId, segmentKey }) => ({ keyId, segmentKey }));
    expect(keysIn(after)).toEqual(keysIn(before));
    const packs = new Set(after.flat().map(({ pack }) => pack));
    expect([...packs].every((pack) => pack.includes('-m1-'))).toBe(true);
    let rows = 0;
    for await (const row of relocationRows(reopened.context)) {
      expect(Object.keys(row).sort()).toEqual(['length', 'offset', 'pack', 'packLength']);
      rows += 1;
    }
    expect(rows).toBeGreaterThan(2);
  });
});
