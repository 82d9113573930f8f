import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gbBytes } from '@firn/shared/prices/price-table';
import { maintainRepository } from '@firn/shared/repository/maintenance/maintain-repository';
import type { BlobStore } from '@firn/shared/repository/ports';
import type { Repository } from '@firn/shared/repository/repository';
import { packsNeeded } from '@firn/shared/repository/retrieve/packs-needed';
import { dataMover } from '@firn/shared/services/data-mover';
import { makeBucket } from '../../../shared/test/s3/plain-client.ts';
import { type RunningFake, startS3Fake } from '../../../shared/test/s3/s3-fake.ts';
import { backUp } from './back-up.ts';
import type { CopyAsked, CopyTaken } from './copy-process.ts';
import { type Compared, compareKeeping, compareThawing, costOfBlobs, readMeter } from './costs.ts';
import { measurePacksExtra, type PacksExtra } from './packs-extra.ts';
import type { PlainTaken } from './plain-process.ts';
import type { ArchiveAsked, ArchiveRow } from './report.ts';
import { Tenant } from './tenant.ts';
import { bucket, copyJobId, Machine, makePlace, openStore, type Place } from './world.ts';

const storageClass = 'deep-archive';
const growth = 0.03;
const tib = 1024 * gbBytes;
const never = Number.MAX_SAFE_INTEGER;
const monthMs = 730 * 3_600_000;

type OnStep = (step: string) => void;

/** Everything that the benchmark measures, against a storage of its own. */
export async function runArchive(asked: ArchiveAsked, onStep: OnStep): Promise<ArchiveRow[]> {
  const fake = await startS3Fake();
  const machine = new Machine();
  try {
    return await new ArchiveRun({ asked, onStep, fake, machine }).run();
  } finally {
    await machine.close();
    await fake.stop();
  }
}

interface RunOptions {
  readonly asked: ArchiveAsked;
  readonly onStep: OnStep;
  readonly fake: RunningFake;
  readonly machine: Machine;
}

interface Lying {
  readonly packs: number;
  readonly bytes: number;
  /** Of the packs: each at most full. */
  readonly fill: number;
  readonly tailBytes: number;
}

class ArchiveRun {
  readonly #options: RunOptions;
  readonly #tenant: Tenant;
  readonly #rows: ArchiveRow[] = [];

  constructor(options: RunOptions) {
    this.#options = options;
    this.#tenant = new Tenant(options.asked.scale);
  }

  async run(): Promise<ArchiveRow[]> {
    const { fake, machine } = this.#options;
    await makeBucket(fake, bucket);
    const source = await makePlace(fake, 'source');
    const backup = await machine.own(source);
    this.#step('backing up');
    await backUp(backup, this.#tenant, 's0', (object) => this.#tenant.first(object));
    const target = await makePlace(fake, 'target');
    await this.#plain(source, target);
    await this.#firstCopy(source, target);
    await this.#composed(source);
    await this.#growth({ source, target, backup });
    await this.#prices(target);
    return this.#rows;
  }

  /** What the same client takes to read the bytes and to write them. */
  async #plain(source: Place, target: Place): Promise<void> {
    this.#step('reading and writing the same bytes plainly');
    const { seconds, bytes } = await inProcess<PlainTaken>('plain-process.ts', { source, target });
    this.#add('repack', 'plain', 'speed', 'bytes', bytes / seconds);
  }

  async #firstCopy(source: Place, target: Place): Promise<void> {
    this.#step('first copy');
    await this.#options.fake.administer('meter/reset', {});
    const taken = await this.#copy({
      source,
      target,
      pointId: 's0',
      composeBytesMin: never,
      packsAtOnce: 2,
    });
    const { requests, dollars } = await readMeter(this.#options.fake);
    const stored = await this.#lying(target);
    const all = stored.bytes + stored.tailBytes;
    this.#add('repack', 'firn', 'speed', 'bytes', all / taken.seconds);
    this.#add(
      'repack',
      'firn',
      'speed.ratio',
      'ratio',
      all / taken.seconds / this.#valueOf('speed'),
    );
    this.#add('repack', 'firn', 'rss', 'bytes', taken.rssBytes);
    this.#add('repack', 'firn', 'pack.fill', 'ratio', stored.fill);
    this.#add('repack', 'firn', 'tails.share', 'ratio', stored.tailBytes / all);
    const perTib = tib / all;
    this.#add('copy', 'firn', 'requests.put.per.tib', 'requests', (requests['put'] ?? 0) * perTib);
    this.#add('copy', 'firn', 'requests.get.per.tib', 'requests', (requests['get'] ?? 0) * perTib);
    this.#add('copy', 'firn', 'requests.dollars.per.tib', 'dollars', dollars.requests * perTib);
    await this.#tellPeers(target, { all, perTib, requestDollars: dollars.requests });
    await this.#tellExtra('first copy', target, 's0');
  }

  async #tellPeers(
    target: Place,
    { all, perTib, requestDollars }: { all: number; perTib: number; requestDollars: number },
  ): Promise<void> {
    const { packs, bytes } = await this.#lying(target);
    const items = await this.#items(target);
    const kept = costOfBlobs(storageClass, { blobs: packs, bytes }, { byLifecycle: false });
    const written = costOfBlobs(storageClass, { blobs: 0, bytes }, { byLifecycle: false });
    const overhead = kept - written;
    const firn = (written * (all / bytes) + overhead) * perTib + requestDollars * perTib;
    this.#add('copy and 36 months', 'firn', 'dollars.per.tib', 'dollars', firn);
    const each = costOfBlobs(storageClass, { blobs: items, bytes: all }, { byLifecycle: false });
    this.#add(
      'copy and 36 months',
      'one object per item',
      'dollars.per.tib',
      'dollars',
      each * perTib,
    );
    const small = { blobs: Math.ceil(all / 5e6), bytes: all };
    const moved = costOfBlobs(storageClass, small, { byLifecycle: true });
    this.#add(
      'copy and 36 months',
      '5 MB by lifecycle',
      'dollars.per.tib',
      'dollars',
      moved * perTib,
    );
  }

  /** Large objects, put together by the storage. */
  async #composed(source: Place): Promise<void> {
    this.#step('a copy that the storage puts together');
    const target = await makePlace(this.#options.fake, 'composed');
    const composeBytesMin = Math.round(gbBytes * this.#options.asked.scale);
    const taken = await this.#copy({
      source,
      target,
      pointId: 's0',
      composeBytesMin,
      packsAtOnce: 1,
    });
    const { fill } = await this.#lying(target);
    const large = this.#tenant.objects.filter((each) => each.bytes >= composeBytesMin);
    const ratio = taken.movedForComposed / taken.composedBytes;
    this.#add('compose', 'firn', 'bytes.moved.ratio', 'ratio', ratio);
    this.#add('compose', 'firn', 'bytes.composed', 'bytes', taken.composedBytes);
    this.#add(
      'compose',
      'firn',
      'bytes.of.large.objects',
      'bytes',
      sum(large.map((each) => each.bytes)),
    );
    this.#add('compose', 'firn', 'packs.composed', 'packs', taken.composedPacks);
    this.#add('compose', 'firn', 'pack.fill', 'ratio', fill);
    this.#add('compose', 'firn', 'seconds', 's', taken.seconds);
    await deleteAll(openStore(target.storage, target.name));
  }

  async #growth(of: { source: Place; target: Place; backup: Repository }): Promise<void> {
    const { months, packBytes } = this.#options.asked;
    const { fake, machine } = this.#options;
    const { source, target } = of;
    for (let month = 1; month <= months; month += 1) {
      this.#step(`month ${month} of ${months}`);
      await backUp(of.backup, this.#tenant, `s${month}`, (object) =>
        this.#tenant.month(object, month, object.bytes * growth),
      );
      await this.#copy({
        source,
        target,
        pointId: `s${month}`,
        composeBytesMin: never,
        packsAtOnce: 2,
      });
      await fake.administer('clock', { advanceMs: monthMs });
      const repository = await machine.own(target);
      await maintainRepository(repository.context, {
        sessionId: `maintenance-${month}`,
        policyOf: () => ({ policy: { type: 'snapshot' }, isAbandoned: false }),
        sealing: { storageClass, packBytes, all: false },
      });
    }
    const stored = await this.#lying(target);
    const what = `after ${months} months`;
    this.#add(what, 'firn', 'pack.fill', 'ratio', stored.fill);
    const all = stored.bytes + stored.tailBytes;
    this.#add(what, 'firn', 'tails.share', 'ratio', stored.tailBytes / all);
    await this.#tellExtra(what, target, `s${months}`);
  }

  async #prices(target: Place): Promise<void> {
    this.#step('prices, said and billed');
    const { fake, machine, asked } = this.#options;
    const store = openStore(target.storage, target.name);
    const repository = await machine.open(target);
    const pointId = `copy-s${asked.months}`;
    const point = await repository.openPoint({ jobId: copyJobId, pointId });
    const objects = point.objectIds
      .filter((_, at) => at % 10 === 0)
      .map((objectId) => ({ objectId }));
    const needed = await packsNeeded(point, objects);
    const packs = await Promise.all(needed.map(async ({ pack }) => sized(store, pack)));
    for (const speed of ['standard', 'bulk'] as const) {
      const compared = await compareThawing(fake, { store, packs, storageClass, speed, days: 1 });
      this.#tellCompared(`retrieve ${speed}`, compared);
    }
    const { packs: blobs, bytes } = await this.#lying(target);
    const kept = { blobs, bytes, months: 36 };
    this.#tellCompared('keep 36 months', await compareKeeping(fake, storageClass, kept));
  }

  #tellCompared(what: string, { said, billed }: Compared): void {
    this.#add(what, 'firn', 'said', 'dollars', said);
    this.#add(what, 'storage', 'billed', 'dollars', billed);
    this.#add(what, 'firn', 'price.error', 'ratio', Math.abs(said - billed) / billed);
  }

  async #tellExtra(what: string, target: Place, pointId: string): Promise<void> {
    this.#step(`packs that retrievals need, ${what}`);
    const repository = await this.#options.machine.open(target);
    const { packBytes } = this.#options.asked;
    const extra: PacksExtra = await measurePacksExtra(repository, `copy-${pointId}`, packBytes);
    const suffix = what === 'first copy' ? '' : `, ${what}`;
    this.#add(`retrieve.mailbox${suffix}`, 'firn', 'packs.extra', 'packs', extra.mailboxMost);
    this.#add(`retrieve.mailbox${suffix}`, 'firn', 'packs.extra.mean', 'packs', extra.mailboxMean);
    this.#add(`retrieve.folder${suffix}`, 'firn', 'packs.extra', 'packs', extra.folderMost);
    this.#add(`retrieve.folder${suffix}`, 'firn', 'packs.extra.mean', 'packs', extra.folderMean);
    this.#add(
      `retrieve.items${suffix}`,
      'firn',
      'packs.of.100.items',
      'packs',
      extra.randomItemsPacks,
    );
    this.#add(`retrieve.items${suffix}`, 'firn', 'packs.there.are', 'packs', extra.packs);
  }

  #copy(asked: Omit<CopyAsked, 'packBytes' | 'storageClass'>): Promise<CopyTaken> {
    const { packBytes } = this.#options.asked;
    return inProcess<CopyTaken>('copy-process.ts', { ...asked, packBytes, storageClass });
  }

  async #lying({ storage, name }: Place): Promise<Lying> {
    const { packBytes } = this.#options.asked;
    const store = openStore(storage, name);
    const packs = await sizes(store, 'packs/');
    const tails = await sizes(store, 'tails/');
    const full = sum(packs.map((size) => Math.min(size, packBytes)));
    const fill = full / (packs.length * packBytes);
    return { packs: packs.length, bytes: sum(packs), fill, tailBytes: sum(tails) };
  }

  async #items(target: Place): Promise<number> {
    const repository = await this.#options.machine.open(target);
    const point = await repository.openPoint({ jobId: copyJobId, pointId: 'copy-s0' });
    let items = 0;
    for await (const object of point.objects()) items += object.items;
    return items;
  }

  #valueOf(metric: string): number {
    return this.#rows.find((row) => row.metric === metric)?.value ?? Number.NaN;
  }

  #step(step: string): void {
    this.#options.onStep(step);
  }

  #add(
    ...[name, subject, metric, unit, value]: [string, string, string, ArchiveRow['unit'], number]
  ) {
    this.#rows.push({ case: name, subject, metric, unit, value });
  }
}

/** What is measured later is billed without it. */
async function deleteAll(store: BlobStore): Promise<void> {
  for await (const { name } of store.list('')) await store.delete(name);
}

async function sizes(store: BlobStore, prefix: string): Promise<number[]> {
  return (await Array.fromAsync(store.list(prefix))).map(({ size }) => size);
}

async function sized(store: BlobStore, pack: string) {
  return { pack, packBytes: (await store.head(pack))?.size ?? 0 };
}

async function inProcess<Taken>(file: string, asked: unknown): Promise<Taken> {
  const program = join(import.meta.dirname, file);
  const args = [...dataMover.nodeFlags, program, JSON.stringify(asked)];
  const env = { ...process.env, ...dataMover.environment };
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 24, env });
  return JSON.parse(stdout) as Taken;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
