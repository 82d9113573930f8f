import type { Session } from '@firn/shared/rest/schemas/session';
import { idempotencyKey } from '../../cli/src/commands/work.ts';
import { succeed } from '../../cli/src/demo/story/story.ts';
import type { FrontMeter } from '../../shared/test/azure/azure-front.ts';
import { type RetrievalWorld, startRetrieval } from './retrieval-world.ts';

/** When the agent is killed: as soon as the storage was asked for so many of these in the step. */
export interface Moment {
  readonly step: 'retrieving' | 'extending' | 'removing';
  readonly operation: string;
  readonly count: number;
}

export interface KilledRetrieval {
  readonly moment: Moment;
  /** What the storage was asked for when the agent died. */
  readonly reached: number;
  readonly packs: number;
  /** Packs that were paid to thaw. */
  readonly thawed: number;
  /** Warm copies when it was retrieved, and after it was removed. */
  readonly warm: number;
  readonly left: number;
  /** Archived packs that are not there any more. */
  readonly lost: number;
}

/** Moments in all steps, spread over so many packs. */
export function momentsOf(packs: number): readonly Moment[] {
  const share = (part: number) => Math.max(1, Math.round(part * packs));
  return [
    { step: 'retrieving', operation: 'GetBlob', count: 3 },
    { step: 'retrieving', operation: 'CopyBlob', count: 1 },
    { step: 'removing', operation: 'DeleteBlob', count: share(0.5) },
    { step: 'retrieving', operation: 'CopyBlob', count: share(0.5) },
    { step: 'extending', operation: 'GetBlob', count: 3 },
    { step: 'retrieving', operation: 'ListBlobs', count: 1 },
    { step: 'retrieving', operation: 'CopyBlob', count: packs },
    { step: 'removing', operation: 'DeleteBlob', count: 1 },
    { step: 'retrieving', operation: 'GetBlobProperties', count: share(0.3) },
    { step: 'retrieving', operation: 'ListBlobs', count: 4 },
    { step: 'extending', operation: 'ListBlobs', count: 1 },
    { step: 'retrieving', operation: 'CopyBlob', count: share(0.8) },
  ];
}

/** Retrieves everything, extends that and removes it, with one kill at the moment. */
export async function killInRetrieval(
  world: RetrievalWorld,
  moment: Moment,
): Promise<KilledRetrieval> {
  const { story, front, namesWith } = world;
  const packs = await namesWith('/packs/').then((names) => names.filter(isArchived));
  let reached = 0;
  const finish = async (session: Session, step: Moment['step']) => {
    if (moment.step === step) reached = await killAt(world, moment);
    await succeed(story, session);
  };
  await front.administer('meter/reset', {});
  const { retrieval, session } = await startRetrieval(world);
  await finish(session, 'retrieving');
  const { thawed } = thawedOf(await front.meter());
  const warm = (await namesWith('/warm/')).length;
  const params = { retrieval: retrieval.id };
  await front.administer('meter/reset', {});
  const extension = await story.client.call('extendRetrieval', {
    params,
    body: { seconds: 3_600 },
    idempotencyKey: idempotencyKey(),
  });
  await finish(extension, 'extending');
  const again = thawedOf(await front.meter()).thawed;
  await front.administer('meter/reset', {});
  await finish(await story.client.call('removeRetrieval', { params }), 'removing');
  const left = (await namesWith('/warm/')).length;
  const there = new Set(await namesWith('/packs/'));
  const lost = packs.filter((name) => !there.has(name)).length;
  return { moment, reached, packs: packs.length, thawed: thawed + again, warm, left, lost };
}

/** Nothing was thawed twice, nothing is lost, and nothing is left behind. */
export function isRight({ packs, thawed, warm, left, lost, reached }: KilledRetrieval): boolean {
  return reached > 0 && thawed === packs && warm === packs && left === 0 && lost === 0;
}

export function describeKill(killed: KilledRetrieval): string {
  const { moment, reached, packs, thawed, warm, left, lost } = killed;
  const { step, operation, count } = moment;
  return [
    `${isRight(killed) ? 'ok  ' : 'FAIL'} killed while ${step}, at ${operation} ${reached} (of ${count}):`,
    `${packs} packs, ${thawed} thawed, ${warm} warm, ${left} left, ${lost} lost`,
  ].join(' ');
}

function isArchived(name: string): boolean {
  return !name.includes('/warm/');
}

function thawedOf({ rehydrations }: FrontMeter): { readonly thawed: number } {
  return { thawed: rehydrations.Standard + rehydrations.High };
}

/** @returns how often the storage had been asked when the agent was dead */
async function killAt(
  { front, killAgent }: RetrievalWorld,
  { operation, count }: Moment,
): Promise<number> {
  let asked = 0;
  while (asked < count) asked = (await front.meter()).operations[operation] ?? 0;
  await killAgent();
  return asked;
}
