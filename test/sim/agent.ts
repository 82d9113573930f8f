import { isAppError } from '@firn/shared/errors/app-error';
import type { PointRef } from '@firn/shared/repository/log/entry';
import { type IsNamed, isFenced, takeOwnership } from '@firn/shared/repository/log/owner';
import { pinPoints, unpinPoints } from '@firn/shared/repository/log/pins';
import type { RepositoryLog } from '@firn/shared/repository/log/repository-log';
import { closeSession } from '@firn/shared/repository/log/sessions';
import { runBackupSession, type Writer } from './backup-session.ts';
import { damagedRoots, repair } from './repair.ts';
import { openLog, type Scene } from './scene.ts';
import type { SimProcess } from './sim-process.ts';
import type { SimJob } from './source.ts';
import { consolidate, maintenanceJobId, Upkeep } from './upkeep.ts';
import { dayMs, hourMs } from './world.ts';

const attemptsMax = 5;

/** A process that owns the repository while it is named, and else waits to be. */
export class Agent {
  readonly process: SimProcess;
  readonly incarnation: string;
  readonly #scene: Scene;
  readonly #jobs: readonly SimJob[];
  #log: RepositoryLog | undefined;
  /** One strand met its fence: the others stop as well. */
  #isFenced = false;

  constructor(scene: Scene, process: SimProcess, jobs: readonly SimJob[]) {
    this.#scene = scene;
    this.process = process;
    this.incarnation = process.name;
    this.#jobs = jobs;
  }

  get log(): RepositoryLog | undefined {
    return this.#log;
  }

  start(): void {
    this.#run().catch((error: unknown) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#scene.world.fail('no unexpected error', text);
    });
  }

  /** Keeps points for a reader elsewhere; false: they are gone, or nobody can say. */
  async pin(pinId: string, points: readonly PointRef[], forMs: number): Promise<boolean> {
    const log = this.#log;
    if (log?.epoch === undefined) return false;
    try {
      const nowMs = Math.max(log.state.headAtMs, this.process.clock.now());
      await pinPoints(log, { pinId, points, untilMs: nowMs + forMs });
      return true;
    } catch (error) {
      if (isAppError(error)) return false;
      throw error;
    }
  }

  async unpin(pinId: string): Promise<void> {
    try {
      if (this.#log?.epoch !== undefined) await unpinPoints(this.#log, pinId);
    } catch (error) {
      if (!isFenced(error)) throw error;
    }
  }

  async #run(): Promise<void> {
    const { conduct, controller } = this.#scene;
    const honest: IsNamed = (incarnation) =>
      this.process.ask('who is named', () => controller.isNamed(incarnation));
    const isNamed = conduct.isNamed(honest);
    const log = await openLog(this.#scene, this.process);
    this.#log = log;
    for (;;) {
      while (!(await isNamed(this.incarnation))) await this.process.clock.sleep(dayMs);
      const epoch = await this.#takeOver(log, isNamed);
      if (epoch !== undefined) await this.#own({ ...this.#writerParts(log), epoch });
    }
  }

  #writerParts(log: RepositoryLog) {
    return { scene: this.#scene, process: this.process, log };
  }

  async #takeOver(log: RepositoryLog, isNamed: IsNamed): Promise<number | undefined> {
    try {
      return await takeOwnership(log, this.incarnation, isNamed);
    } catch (error) {
      if (isFenced(error)) return undefined;
      throw error;
    }
  }

  /** Works until it is fenced: then every strand of work has ended. */
  async #own(writer: Writer): Promise<void> {
    this.#isFenced = false;
    const strands = [
      ...this.#jobs.map((job) => this.#backUp(writer, job)),
      this.#keepUp(writer),
      this.#maintain(writer),
    ];
    await Promise.all(strands.map((strand) => this.#untilFenced(strand)));
  }

  async #untilFenced(strand: Promise<void>): Promise<void> {
    try {
      await strand;
    } catch (error) {
      if (!isFenced(error)) throw error;
      this.#isFenced = true;
    }
  }

  async #backUp(writer: Writer, job: SimJob): Promise<void> {
    const { world } = this.#scene;
    while (!this.#isFenced) {
      await this.#session({ writer, jobId: job.jobId }, async (sessionId, attempt) => {
        const isGivenUp = attempt >= attemptsMax || world.random.chance(0.03);
        if (attempt > 0 && isGivenUp)
          await closeSession(writer.log, { jobId: job.jobId, sessionId });
        else await runBackupSession(writer, job, sessionId);
      });
      await this.process.clock.sleep(world.random.between(6 * hourMs, 48 * hourMs));
    }
  }

  /** Consolidates or repairs: one of them at a time, in sessions of one job. */
  async #maintain(writer: Writer): Promise<void> {
    while (!this.#isFenced) {
      const { world, habits, controller } = this.#scene;
      const longestMs = Math.min(
        habits.consolidationMsMax,
        controller.isClosing ? 3 * dayMs : Infinity,
      );
      await this.process.clock.sleep(world.random.between(longestMs / 8, longestMs));
      const damaged = world.random.chance(0.4) ? await damagedRoots(writer) : [];
      const isNeeded = damaged.length > 0;
      await this.#session({ writer, jobId: maintenanceJobId, isNeeded }, (sessionId) =>
        isNeeded ? repair(writer, sessionId, damaged) : consolidate(writer, sessionId),
      );
    }
  }

  /** The job's open session, or a new one unless none is wanted any more. */
  async #session(
    {
      writer,
      jobId,
      isNeeded = false,
    }: { readonly writer: Writer; readonly jobId: string; readonly isNeeded?: boolean },
    run: (sessionId: string, attempt: number) => Promise<void>,
  ): Promise<void> {
    const { controller } = this.#scene;
    const { log } = writer;
    const open = log.state.openSessions.get(jobId);
    if (open === undefined && controller.isClosing && !isNeeded) return;
    const attempt = open === undefined ? 0 : (log.state.sessions.get(open)?.attempt ?? 0);
    try {
      await run(open ?? controller.nextSessionId(), attempt);
    } catch (error) {
      if (!isAppError(error, 'E_SESSION_SUPERSEDED')) throw error;
    }
  }

  async #keepUp(writer: Writer): Promise<void> {
    const { world, controller, habits } = this.#scene;
    const upkeep = new Upkeep(writer);
    while (!this.#isFenced) {
      const pauseMs = controller.isClosing
        ? 3 * dayMs
        : world.random.between(habits.roundMsMax / 5, habits.roundMsMax);
      await this.process.clock.sleep(pauseMs);
      await upkeep.round();
    }
  }
}
