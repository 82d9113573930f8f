import { emptyLogState } from '@firn/shared/repository/log/state';
import { Agent } from './agent.ts';
import { Controller } from './controller.ts';
import { drawFaults, type Faults, noFaults } from './faults.ts';
import { drawHabits } from './habits.ts';
import { ModelFormat } from './model-format.ts';
import { ModelIndex } from './model-index.ts';
import { Oracle } from './oracle.ts';
import { PlainCodec } from './plain-codec.ts';
import { Reader, type ReaderKind } from './reader.ts';
import { type Conduct, correctConduct, type Scene } from './scene.ts';
import { SimProcess } from './sim-process.ts';
import { SimStorage } from './sim-storage.ts';
import { type SimJob, Source } from './source.ts';
import { dayMs, type Failure, hourMs, minuteMs, type TracedEvent, World } from './world.ts';

export interface SeedResult {
  readonly seed: number;
  readonly failure: Failure | undefined;
  readonly traceDigest: string;
  readonly events: number;
  readonly entries: number;
  readonly recent: readonly TracedEvent[];
}

/** Days of trouble, then days in which all must come to rest. */
const troubleMs = 20 * dayMs;
const restMs = 56 * dayMs;
const agentsMax = 12;

const jobs: readonly SimJob[] = [
  { jobId: 'mail', objectIds: ['ann', 'bob'] },
  { jobId: 'files', objectIds: ['sites'] },
];

/** Plays one world from its seed to its end. */
export async function runSeed(
  seed: number,
  conduct: Conduct = correctConduct,
): Promise<SeedResult> {
  const play = new Play(new World(seed), conduct);
  await withoutStacks(() => play.toTheEnd());
  const { world, oracle } = play.scene;
  return {
    seed,
    failure: world.failure,
    traceDigest: world.traceDigest,
    events: world.events,
    entries: oracle.state.head - emptyLogState.head,
    recent: world.recent(),
  };
}

/** Errors are replies here, and their stacks would cost more than all else. */
async function withoutStacks(run: () => Promise<void>): Promise<void> {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    await run();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

class Play {
  readonly scene: Scene;
  readonly #faults: Faults;
  #agents = 0;
  #readers = 0;

  constructor(world: World, conduct: Conduct) {
    const faults = drawFaults(world.random);
    const habits = drawHabits(world.random);
    const skewMs = world.random.between(0, faults.clockSkewMsMax + 1);
    const storage = new SimStorage(world, { skewMs, listLagMsMax: faults.listLagMsMax });
    const parts = { world, storage, format: new ModelFormat(), codec: new PlainCodec() };
    const oracle = new Oracle(parts);
    storage.watcher = oracle;
    this.#faults = faults;
    this.scene = {
      world,
      network: { world, storage, faults },
      codec: parts.codec,
      format: parts.format,
      oracle,
      source: new Source(world.random.fork(), habits.sharedContents),
      controller: new Controller(world),
      conduct,
      habits,
      index: new ModelIndex(),
    };
  }

  async toTheEnd(): Promise<void> {
    const { world, oracle, controller } = this.scene;
    const startMs = world.nowMs;
    this.#nameNewAgent();
    this.#scheduleBlow();
    this.#scheduleReaders();
    this.#scheduleRotations();
    this.#scheduleDamage();
    await world.run(startMs + troubleMs);
    this.#heal();
    await world.run(startMs + troubleMs + restMs);
    if (world.failure !== undefined) return;
    oracle.judgeEnd();
    for (const { log, incarnation } of controller.agents) {
      if (log !== undefined) oracle.agree(incarnation, log.state);
    }
  }

  #nameNewAgent(): void {
    const { controller } = this.scene;
    this.#agents += 1;
    const agent = new Agent(this.scene, this.#process(`agent-${this.#agents}`), jobs);
    controller.name(agent);
    agent.start();
  }

  #process(name: string): SimProcess {
    const { world } = this.scene;
    const skewMs = this.#faults.clockSkewMsMax;
    return new SimProcess(world, name, world.random.between(-skewMs, skewMs + 1));
  }

  /** Kills or pauses the owner, again and again. */
  #scheduleBlow(): void {
    const { world, controller } = this.scene;
    const { blowMsMean, pauseShare, pauseMsMax } = this.#faults;
    if (blowMsMean === 0) return;
    world.schedule(world.random.between(1, 2 * blowMsMean), 'a blow', () => {
      if (controller.isClosing || this.#agents >= agentsMax) return;
      const isPause = world.random.chance(pauseShare);
      if (isPause) controller.named?.process.pause(world.random.between(minuteMs, pauseMsMax));
      else controller.named?.process.kill();
      if (!isPause || world.random.chance(0.7)) this.#replaceSoon();
      this.#scheduleBlow();
    });
  }

  #replaceSoon(): void {
    const { world, controller } = this.scene;
    world.schedule(world.random.between(minuteMs, 6 * hourMs), 'the owner is replaced', () => {
      if (!controller.isClosing) this.#nameNewAgent();
    });
  }

  #scheduleReaders(): void {
    const { world, habits } = this.scene;
    for (let i = 0; i < habits.readers; i += 1) {
      world.schedule(world.random.between(dayMs, troubleMs), 'a reader comes', () => {
        this.#readers += 1;
        const kind = this.#readerKind();
        const process = this.#process(`${kind}-${this.#readers}`);
        new Reader(this.scene, process, kind).start();
        if (world.random.chance(0.2)) this.#troubleReader(process);
      });
    }
  }

  #scheduleRotations(): void {
    const { world, controller } = this.scene;
    for (let left = world.random.between(0, 4); left > 0; left -= 1) {
      world.schedule(world.random.between(dayMs, troubleMs), 'a key epoch begins', () => {
        controller.keyEpoch += 1;
      });
    }
  }

  /** A data pack loses a content that a root needs. */
  #scheduleDamage(): void {
    const { world, habits, network, format, oracle } = this.scene;
    for (let left = habits.damages; left > 0; left -= 1) {
      world.schedule(world.random.between(dayMs, troubleMs), 'a pack is damaged', () => {
        const found = world.random.pick(oracle.reachedContents());
        const bytes = found && network.storage.get(found.pack)?.bytes;
        if (found === undefined || bytes === undefined) return;
        const left = new Set(format.contentsOf(bytes));
        left.delete(found.content);
        network.storage.corrupt(found.pack, format.encodeData(left));
        // What was relocated into it can be referred to by each of its names.
        for (const segment of oracle.segmentsIn(found.pack)) format.lose(segment, found.content);
      });
    }
  }

  #readerKind(): ReaderKind {
    const { world, habits } = this.scene;
    if (world.random.chance(habits.explorers)) return 'explore';
    return world.random.chance(0.5) ? 'restore' : 'copy';
  }

  #troubleReader(process: SimProcess): void {
    const { world } = this.scene;
    world.schedule(world.random.between(hourMs, 4 * dayMs), 'a reader is troubled', () => {
      if (world.random.chance(0.3)) process.kill();
      else process.pause(world.random.between(hourMs, 9 * dayMs));
    });
  }

  /** No new faults. What is paused or under way may still come. */
  #heal(): void {
    const { world, network, controller, oracle } = this.scene;
    network.faults = noFaults;
    network.storage.listLagMsMax = 0;
    controller.isClosing = true;
    const owner = controller.named?.process;
    if (owner === undefined || !owner.isAlive || owner.isPaused) this.#nameNewAgent();
    world.schedule(2 * dayMs, 'ownership should rest', () => {
      oracle.namedForGood = controller.named?.incarnation;
    });
  }
}
