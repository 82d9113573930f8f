import { gbBytes } from '@firn/shared/prices/price-table';
import { maintainRepository } from '@firn/shared/repository/maintenance/maintain-repository';
import type { Repository } from '@firn/shared/repository/repository';
import { ArchiveRows } from './archive-rows.ts';
import { backUp } from './back-up.ts';
import type { Bill, Cloud, StartCloud } from './cloud/cloud.ts';
import { monthMs } from './compare-prices.ts';
import type { CopyAsked, CopyTaken } from './copy-process.ts';
import { costOfBlobs, costOfHot, costOfKept, keptMonths } from './costs.ts';
import { inProcess } from './in-process.ts';
import { measurePacksExtra } from './packs-extra.ts';
import type { PlainTaken } from './plain-process.ts';
import { tellArchivePrices, tellKeeping } from './price-rows.ts';
import type { ArchiveAsked, ArchiveRow } from './report.ts';
import { deleteAll, type Stored, storedIn, sum } from './stored.ts';
import { Tenant } from './tenant.ts';
import { copyJobId, Machine, makePlace, openStore, type Place } from './world.ts';

const growth = 0.03;
const tib = 1024 * gbBytes;
const maintainedAMonth = 4;
const never = Number.MAX_SAFE_INTEGER;

type OnStep = (step: string) => void;

/** What was measured on one storage. */
export interface ArchiveResult {
  /** Of the storage. */
  readonly title: string;
  readonly rows: readonly ArchiveRow[];
}

/** Everything that the benchmark measures, against a storage of its own. */
export async function runArchive(
  start: StartCloud,
  asked: ArchiveAsked,
  onStep: OnStep,
): Promise<ArchiveResult> {
  const cloud = await start();
  const machine = new Machine();
  const { title } = cloud;
  try {
    const told = (step: string) => onStep(`${title}: ${step}`);
    return { title, rows: await new ArchiveRun({ asked, onStep: told, cloud, machine }).run() };
  } finally {
    await machine.close();
    await cloud.stop();
  }
}

interface RunOptions {
  readonly asked: ArchiveAsked;
  readonly onStep: OnStep;
  readonly cloud: Cloud;
  readonly machine: Machine;
}

interface Places {
  readonly source: Place;
  readonly target: Place;
}

class ArchiveRun {
  readonly #options: RunOptions;
  readonly #tenant: Tenant;
  readonly #rows: ArchiveRows;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#tenant = new Tenant(options.asked.scale);
    this.#rows = new ArchiveRows(options.cloud.subjectSuffix);
  }

  async run(): Promise<ArchiveRow[]> {
    const { cloud, machine, onStep } = this.#options;
    const source = await makePlace(cloud.account, 'source');
    const backup = await machine.own(source);
    onStep('backing up');
    await backUp(backup, this.#tenant, 's0', (object) => this.#tenant.first(object));
    const target = await makePlace(cloud.account, 'target');
    const plainSpeed = await this.#plain({ source, target });
    await this.#firstCopy({ source, target }, plainSpeed);
    await this.#composed(source);
    await this.#growth({ source, target }, backup);
    await this.#prices({ source, target });
    return this.#rows.all;
  }

  /** What the same client takes to read the bytes and to write them. @returns bytes a second */
  async #plain(places: Places): Promise<number> {
    this.#options.onStep('reading and writing the same bytes plainly');
    const { seconds, bytes } = await inProcess<PlainTaken>('plain-process.ts', places);
    this.#rows.of('repack', 'plain').add('speed', 'bytes', bytes / seconds);
    return bytes / seconds;
  }

  async #firstCopy({ source, target }: Places, plainSpeed: number): Promise<void> {
    const { cloud, onStep } = this.#options;
    onStep('first copy');
    await cloud.beginBill();
    const settings = { pointId: 's0', composeBytesMin: never, packsAtOnce: 2 };
    const taken = await this.#copy({ source, target, ...settings });
    const bill = await cloud.bill();
    const stored = await this.#stored(target);
    const all = stored.bytes + stored.tailBytes;
    const speed = all / taken.seconds;
    this.#rows
      .of('repack')
      .add('speed', 'bytes', speed)
      .add('speed.ratio', 'ratio', speed / plainSpeed)
      .add('rss', 'bytes', taken.rssBytes)
      .add('pack.fill', 'ratio', stored.fill)
      .add('tails.share', 'ratio', stored.tailBytes / all);
    await this.#tellCosts(target, stored, bill);
    await this.#tellExtra('first copy', target, 's0');
  }

  /** For each TiB of packs and tails. Tails count as archived, which they are a month later. */
  async #tellCosts(target: Place, stored: Stored, bill: Bill): Promise<void> {
    const { cloud } = this.#options;
    const { packs, tailBytes, metadataBytes } = stored;
    const bytes = stored.bytes + tailBytes;
    const perTib = tib / bytes;
    const { writes, reads, requestDollars } = bill;
    this.#rows
      .of('copy')
      .add('requests.put.per.tib', 'requests', writes * perTib)
      .add('requests.get.per.tib', 'requests', reads * perTib)
      .add('requests.dollars.per.tib', 'dollars', requestDollars * perTib);
    const firn = requestDollars + costOfKept(cloud, { blobs: packs, bytes });
    const items = { blobs: await this.#items(target), bytes };
    const small = { blobs: Math.ceil(bytes / 5e6), bytes };
    const [each, moved] = [
      costOfBlobs(cloud, items, { byLifecycle: false }),
      costOfBlobs(cloud, small, { byLifecycle: true }),
    ];
    const kept = `copy and ${keptMonths} months`;
    const tell = (subject: string, dollars: number) =>
      this.#rows.of(kept, subject).add('dollars.per.tib', 'dollars', dollars * perTib);
    tell('firn', firn);
    tell('one object per item', each);
    tell('5 MB by lifecycle', moved);
    const metadata = costOfHot(cloud, metadataBytes) * perTib;
    this.#rows.of(kept).add('metadata.dollars.per.tib', 'dollars', metadata);
  }

  /** Large objects, put together by the storage. */
  async #composed(source: Place): Promise<void> {
    const { cloud, asked, onStep } = this.#options;
    onStep('a copy that the storage puts together');
    const target = await makePlace(cloud.account, 'composed');
    const composeBytesMin = Math.round(gbBytes * asked.scale);
    const settings = { pointId: 's0', composeBytesMin, packsAtOnce: 1 };
    const taken = await this.#copy({ source, target, ...settings });
    const { fill } = await this.#stored(target);
    const large = this.#tenant.objects.filter((each) => each.bytes >= composeBytesMin);
    this.#rows
      .of('compose')
      .add('bytes.moved.ratio', 'ratio', taken.movedForComposed / taken.composedBytes)
      .add('bytes.composed', 'bytes', taken.composedBytes)
      .add('bytes.of.large.objects', 'bytes', sum(large.map(({ bytes }) => bytes)))
      .add('packs.composed', 'packs', taken.composedPacks)
      .add('pack.fill', 'ratio', fill)
      .add('seconds', 's', taken.seconds);
    await deleteAll(target);
  }

  async #growth({ source, target }: Places, backup: Repository): Promise<void> {
    const { asked, cloud, onStep } = this.#options;
    const { months } = asked;
    for (let month = 1; month <= months; month += 1) {
      onStep(`month ${month} of ${months}`);
      const pointId = `s${month}`;
      await backUp(backup, this.#tenant, pointId, (object) =>
        this.#tenant.month(object, month, object.bytes * growth),
      );
      await this.#copy({ source, target, pointId, composeBytesMin: never, packsAtOnce: 2 });
      // What was sealed is still there as a tail, until it is found unneeded and its grace is over.
      for (let round = 1; round <= maintainedAMonth; round += 1) {
        await cloud.advance(monthMs / maintainedAMonth);
        await this.#maintain(target, `maintenance-${month}-${round}`);
      }
    }
    const { fill, tailBytes, bytes } = await this.#stored(target);
    const what = `after ${months} months`;
    this.#rows
      .of(what)
      .add('pack.fill', 'ratio', fill)
      .add('tails.share', 'ratio', tailBytes / (bytes + tailBytes));
    await this.#tellExtra(what, target, `s${months}`);
  }

  async #maintain(target: Place, sessionId: string): Promise<void> {
    const { asked, cloud, machine } = this.#options;
    const { storageClass } = cloud;
    const repository = await machine.own(target);
    await maintainRepository(repository.context, {
      sessionId,
      policyOf: () => ({ policy: { type: 'snapshot' }, isAbandoned: false }),
      sealing: { storageClass, packBytes: asked.packBytes, all: false },
    });
  }

  async #prices({ source, target }: Places): Promise<void> {
    const { cloud, asked, onStep } = this.#options;
    const pricing = { cloud, onStep, rows: this.#rows };
    const { packs: blobs, bytes } = await this.#stored(target);
    await tellKeeping(pricing, { blobs, bytes });
    await tellArchivePrices(pricing, await openStore(source), asked.packBytes);
  }

  async #tellExtra(what: string, target: Place, pointId: string): Promise<void> {
    const { machine, asked, onStep } = this.#options;
    onStep(`packs that retrievals need, ${what}`);
    const repository = await machine.open(target);
    const extra = await measurePacksExtra(repository, `copy-${pointId}`, asked.packBytes);
    const suffix = what === 'first copy' ? '' : `, ${what}`;
    this.#rows
      .of(`retrieve.mailbox${suffix}`)
      .add('packs.extra', 'packs', extra.mailboxMost)
      .add('packs.extra.mean', 'packs', extra.mailboxMean);
    this.#rows
      .of(`retrieve.folder${suffix}`)
      .add('packs.extra', 'packs', extra.folderMost)
      .add('packs.extra.mean', 'packs', extra.folderMean);
    this.#rows
      .of(`retrieve.items${suffix}`)
      .add('packs.of.100.items', 'packs', extra.randomItemsPacks)
      .add('packs.there.are', 'packs', extra.packs);
  }

  #copy(asked: Omit<CopyAsked, 'packBytes' | 'storageClass'>): Promise<CopyTaken> {
    const { packBytes } = this.#options.asked;
    const { storageClass } = this.#options.cloud;
    return inProcess<CopyTaken>('copy-process.ts', { ...asked, packBytes, storageClass });
  }

  #stored(place: Place): Promise<Stored> {
    return storedIn(place, this.#options.asked.packBytes);
  }

  async #items(target: Place): Promise<number> {
    const repository = await this.#options.machine.open(target);
    const point = await repository.openPoint({ jobId: copyJobId, pointId: 'copy-s0' });
    let items = 0;
    for await (const object of point.objects()) items += object.items;
    return items;
  }
}
