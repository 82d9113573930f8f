// `npm run kill:copies`: SIGKILL in the middle of copies. Nothing is lost, nothing stored twice but what was under way.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { checkRepository } from '@firn/shared/repository/check/check-repository';
import { PackMarker } from '@firn/shared/repository/garbage/pack-marker';
import { rootsOf } from '@firn/shared/repository/log/state/roots';
import type { Repository } from '@firn/shared/repository/repository';
import { backUp } from '../bench/archive/back-up.ts';
import { startS3Cloud } from '../bench/archive/cloud/s3-cloud.ts';
import { Tenant } from '../bench/archive/tenant.ts';
import {
  copyJobId,
  Machine,
  makePlace,
  openStore,
  type Place,
  sourceJobId,
} from '../bench/archive/world.ts';
import type { CopyToKill } from './copy-child.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '20' },
    scale: { type: 'string', default: '0.0006' },
    help: { type: 'boolean', default: false },
  },
});

const mib = 2 ** 20;
const packBytes = 8 * mib;
const composeBytesMin = 6 * mib;
const pointId = 's0';

/** Kills it when it has told so many steps. @returns the last one */
async function copyUntil(asked: CopyToKill, steps: number): Promise<string> {
  const program = join(import.meta.dirname, 'copy-child.ts');
  const child = spawn(process.execPath, [program, JSON.stringify(asked)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let told = 0;
  let last = '';
  for await (const line of createInterface({ input: child.stdout })) {
    last = line;
    told += 1;
    if (told >= steps) child.kill('SIGKILL');
  }
  await ended;
  return last;
}

async function digestOf(repository: Repository, jobId: string, point: string): Promise<string> {
  const reader = await repository.openPoint({ jobId, pointId: point });
  const hash = createHash('sha256');
  for (const objectId of reader.objectIds.toSorted()) {
    const object = await reader.object(objectId);
    const items = new Map<string, string>();
    for await (const { item, failure, content } of object.readInPackOrder()) {
      const one = createHash('sha256');
      if (failure === undefined) for await (const bytes of content()) one.update(bytes);
      items.set(item.itemId, failure?.code ?? one.digest('hex'));
    }
    for (const [id, digest] of [...items].sort()) hash.update(`${objectId} ${id} ${digest}\n`);
  }
  return hash.digest('hex');
}

/** Of what the storage holds, and what of it nobody refers to. */
async function storedBytes({ context }: Repository, place: Place) {
  const { state } = context.log;
  const needed = await new PackMarker(context).referencedPacks(rootsOf(state), state);
  const store = await openStore(place);
  let all = 0;
  let unneeded = 0;
  for (const prefix of ['packs/', 'tails/']) {
    for await (const blob of store.list(prefix)) {
      all += blob.size;
      if (!needed.has(blob.name)) unneeded += blob.size;
    }
  }
  return { all, unneeded };
}

async function errorsOf(repository: Repository): Promise<readonly string[]> {
  const errors: string[] = [];
  for await (const { severity, code, message } of checkRepository(repository, { readData: true })) {
    if (severity === 'error') errors.push(`${code}: ${message}`);
  }
  return errors;
}

async function main(): Promise<number> {
  if (values.help) {
    process.stdout.write('npm run kill:copies -- [--count 20] [--scale 0.0006]\n');
    return 0;
  }
  const cloud = await startS3Cloud();
  const machine = new Machine();
  let failed = 0;
  try {
    const source = await makePlace(cloud.account, 'source');
    const tenant = new Tenant(Number(values.scale));
    await backUp(await machine.own(source), tenant, pointId, (object) => tenant.first(object));
    const expected = await digestOf(await machine.open(source), sourceJobId, pointId);
    for (let run = 1; run <= Number(values.count); run += 1) {
      const target = await makePlace(cloud.account, `target-${run}`);
      const asked = { source, target, pointId, packBytes, composeBytesMin };
      const killedAt = await copyUntil(asked, 1 + (((run - 1) * 7) % 40));
      const isOver = killedAt === 'done';
      const end = isOver ? killedAt : await copyUntil(asked, Number.POSITIVE_INFINITY);
      const repository = await machine.open(target);
      const { all, unneeded } = await storedBytes(repository, target);
      const isEqual = (await digestOf(repository, copyJobId, `copy-${pointId}`)) === expected;
      const errors = await errorsOf(repository);
      // What was being written when it was killed is written again: one pack.
      const isFine = isEqual && errors.length === 0 && unneeded <= packBytes * 1.1;
      if (!isFine) failed += 1;
      const what = isFine ? 'fine' : `FAILED ${isEqual ? '' : 'items differ'} ${errors.join('; ')}`;
      console.log(
        `${run}: killed at "${killedAt}", then "${end}"; ${(all / mib).toFixed(1)} MiB stored, ` +
          `${(unneeded / mib).toFixed(1)} of them again: ${what}`,
      );
    }
  } finally {
    await machine.close();
    await cloud.stop();
  }
  console.log(`${values.count} copies killed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main();
