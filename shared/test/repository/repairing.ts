import { expect } from 'vitest';
import { openState } from '../../src/repository/check/check-objects.ts';
import type { Finding } from '../../src/repository/check/finding.ts';
import { ownedObjects } from '../../src/repository/check/root-owners.ts';
import { repairRepository } from '../../src/repository/repair/repair-repository.ts';
import type { Repository } from '../../src/repository/repository.ts';
import type { RunKind } from '../../src/repository/run/run-layout.ts';
import { checked, flipped } from './damaging.ts';
import { collected, opened, openedPastDamage, type TestRepository } from './test-repository.ts';
import type { TestStore } from './test-store.ts';

export interface Repairing {
  readonly dryRun?: boolean;
  readonly readData?: boolean;
}

let repairs = 0;

/** All findings of a repair in a process of its own. */
export async function repaired(
  stored: TestRepository,
  { dryRun = false, readData = false }: Repairing = {},
): Promise<readonly Finding[]> {
  repairs += 1;
  const sessionId = `repair-${repairs}`;
  const repository = await openedPastDamage(stored);
  if (!dryRun) await repository.takeOwnership(sessionId);
  const found: Finding[] = [];
  for await (const finding of repairRepository(repository, { sessionId, dryRun, readData })) {
    found.push(finding);
  }
  return found;
}

/** `<object>/<item>` → hex of its content, or the code of why it cannot be read. */
export type Shown = Readonly<Record<string, string>>;

export async function shownBy(
  repository: Repository,
  point: { readonly jobId: string; readonly pointId: string; readonly pinId?: string },
): Promise<Shown> {
  const reader = await repository.openPoint(point);
  const shown: Record<string, string> = {};
  for (const objectId of reader.objectIds) {
    const object = await reader.object(objectId);
    shown[objectId] = object.object.displayName;
    for await (const { item, failure, content } of object.readInPackOrder()) {
      const bytes = failure === undefined ? await collected(content()) : undefined;
      shown[`${objectId}/${item.itemId}`] =
        failure?.code ?? Buffer.from(bytes ?? []).toString('hex');
    }
  }
  return shown;
}

/** By restore point and by pin. */
export async function shownByAll(stored: TestRepository): Promise<Readonly<Record<string, Shown>>> {
  const repository = await opened(stored);
  const all: Record<string, Shown> = {};
  for (const { jobId, pointId } of repository.restorePoints()) {
    all[`${jobId}/${pointId}`] = await shownBy(repository, { jobId, pointId });
  }
  for (const { pinId, points } of repository.log.state.pins.values()) {
    const { jobId = '', sessionId = '' } = points[0] ?? {};
    all[`pin ${pinId}`] = await shownBy(repository, { jobId, pointId: sessionId, pinId });
  }
  return all;
}

const lost = 'E_ITEM_NOT_STORED';

/**
 * Nothing dangles: what a check finds nothing needs, every point shows the same
 * items as before, each of which has its content or is marked as lost and was
 * told so for that point; and another repair has nothing to do.
 * @returns names of lost items, `<object>/<item>`
 */
export async function expectMended(
  stored: TestRepository,
  before: Readonly<Record<string, Shown>>,
  told?: readonly Finding[],
): Promise<ReadonlySet<string>> {
  const found = await checked(stored);
  expect(found.filter(({ severity }) => severity === 'error')).toEqual([]);
  const needed = found.filter(({ severity, message }) => {
    return (
      severity === 'warning' &&
      !/no restore point needs it|no item of a restore point lies there/.test(message)
    );
  });
  expect(needed).toEqual([]);
  const after = await shownByAll(stored);
  expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
  const lostItems = new Set<string>();
  for (const [point, shown] of Object.entries(before)) {
    const isLost = (name: string) => after[point]?.[name] === lost && shown[name] !== lost;
    const names = Object.keys(shown).filter(isLost);
    for (const name of names) {
      lostItems.add(name);
      if (told === undefined || point.startsWith('pin ')) continue;
      expect(toldLost(told, point)).toContain(name);
    }
    const expected = names.map((name) => [name, lost] as const);
    expect(after[point]).toEqual({ ...shown, ...Object.fromEntries(expected) });
  }
  expect(await repaired(stored, { readData: true })).toEqual([]);
  return lostItems;
}

function toldLost(told: readonly Finding[], point: string): readonly string[] {
  return told
    .filter(({ code, points }) => code === 'E_REPAIR_ITEMS_LOST' && points.includes(point))
    .flatMap(({ objectId, items }) => items.map((item) => `${objectId}/${item}`));
}

/** Flips a bit in the first frame of each run of the kind, of all states of all objects, or of one. */
export async function damageRuns(
  stored: TestRepository,
  kind: RunKind,
  onlyOf?: string,
): Promise<TestStore> {
  const repository = await opened(stored);
  const store = stored.store.fork();
  const done = new Set<string>();
  for (const { objectId, roots } of ownedObjects(repository.log.state)) {
    if (onlyOf !== undefined && objectId !== onlyOf) continue;
    for (const { root } of roots) {
      const { record } = await openState(repository.context, root);
      for (const { pack, offset, segment } of record[kind].flat()) {
        if (done.has(segment)) continue;
        done.add(segment);
        store.set(pack, flipped(store.bytes(pack), offset + 20));
      }
    }
  }
  return store;
}

export function onStore(stored: TestRepository, store: TestStore): TestRepository {
  return { ...stored, store, ports: { ...stored.ports, store } };
}
