import { AppError, isAppError } from '@firn/shared/errors/app-error';
import { assertNever } from '@firn/shared/errors/invariant';
import type {
  Assignment,
  Heartbeat,
  RunningSession,
  SessionEvent,
  Welcome,
} from '@firn/shared/gen/firn/link/v1/link';
import type { Logger } from '@firn/shared/observe/logger';
import type { ControllerMessage, DialLink } from '@firn/shared/rpc/link/link-stream';
import { type LinkOptions, runLink, type SendOnLink } from '@firn/shared/rpc/link/run-link';
import { toProblem } from '@firn/shared/rpc/problem';
import type { Interruption, Interruptions } from '../ports/interruptions.ts';
import { HeldAssignment, type WorkPorts } from './held-assignment.ts';

export interface AppliancePorts extends WorkPorts {
  readonly dial: DialLink;
  readonly random: () => number;
  readonly interruptions: Interruptions;
  readonly logger: Logger;
  readonly rssBytes: () => number;
}

export interface ApplianceSettings {
  readonly version: string;
  readonly taskConcurrency: number;
  readonly silenceMsMax: number;
  readonly lifetimeMsMax: number;
}

/** What it keeps of the time that an interruption leaves, to say so. */
const farewellMs = 5_000;

/**
 * An archiver appliance, from dialling to its end:
 *
 *     waiting ──assignment──► working ──last task──► done (resolves)
 *        │                      │     └──last task, to be kept──► warm ──time over──► done
 *        │                      │ ◄──────────assignment───────────┘
 *        ├── lost, cancelled, superseded, controller silent, lifetime over, stopped ──► rejects
 *        └── interrupted by its cloud: ends the packs under way, says so ──► rejects
 *
 * It has one assignment at a time and keeps nothing: whatever it has not told
 * when it ends is done again by another. Warm, it holds nothing at all.
 */
export async function runAppliance(
  ports: AppliancePorts,
  settings: ApplianceSettings,
  signal: AbortSignal,
): Promise<void> {
  await new Appliance(ports, settings).run(signal);
}

class Appliance {
  readonly #ports: AppliancePorts;
  readonly #settings: ApplianceSettings;
  /** Aborts when the appliance ends, whatever the reason. */
  readonly #life = new AbortController();
  readonly #ended = Promise.withResolvers<void>();
  readonly #incarnation: string;
  #held: HeldAssignment | undefined;
  /** Aborts when it is not warm any more, since it was given work. */
  #warmth: AbortController | undefined;
  readonly #farewellHeard = Promise.withResolvers<void>();
  #send: SendOnLink | undefined;
  #heardAtMs: number;

  constructor(ports: AppliancePorts, settings: ApplianceSettings) {
    this.#ports = ports;
    this.#settings = settings;
    this.#heardAtMs = ports.clock.now();
    this.#incarnation = Buffer.from(ports.entropy.randomBytes(16)).toString('hex');
  }

  async run(signal: AbortSignal): Promise<void> {
    const life = this.#life.signal;
    const stop = () => this.#end('E_CANCELLED', 'the appliance was stopped');
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const link = runLink(this.#linkOptions(), life).then((end) => {
      if (end === 'superseded') this.#end('E_LINK_SUPERSEDED', 'another process has the identity');
    });
    const brakes = this.#brakes(life);
    const interrupted = this.#awaitInterruption(life);
    try {
      await this.#ended.promise;
    } finally {
      signal.removeEventListener('abort', stop);
      this.#life.abort();
      await Promise.all([link, brakes, interrupted]);
    }
  }

  /** Ends an appliance that lives too long, or that nobody talks to. */
  async #brakes(life: AbortSignal): Promise<void> {
    const { clock } = this.#ports;
    const { silenceMsMax, lifetimeMsMax } = this.#settings;
    const startedAtMs = clock.now();
    while (!life.aborted) {
      const now = clock.now();
      const leftMs = startedAtMs + lifetimeMsMax - now;
      const quietMs = this.#heardAtMs + silenceMsMax - now;
      if (leftMs <= 0) this.#end('E_LIFETIME_OVER', `it has run for ${lifetimeMsMax} ms`);
      else if (quietMs <= 0) {
        this.#end('E_CONTROLLER_SILENT', `the controller was silent for ${silenceMsMax} ms`);
      }
      const waitMs = Math.max(1, Math.min(leftMs, quietMs));
      await clock.sleep(waitMs, life).catch(() => undefined);
    }
  }

  /** Two minutes, or half of one, before the cloud takes the machine away. */
  async #awaitInterruption(life: AbortSignal): Promise<void> {
    const { interruptions, logger } = this.#ports;
    try {
      const interruption = await interruptions.next(life);
      logger.warn('appliance.interrupted', { ...interruption });
      await this.#leave(interruption, life);
    } catch (error) {
      if (!life.aborted) this.#ended.reject(error);
    }
  }

  /** Tells the controller once the packs under way are told, or when there is no time left. */
  async #leave({ atMs, reason }: Interruption, life: AbortSignal): Promise<void> {
    const { clock } = this.#ports;
    const leftMs = Math.max(0, atMs - clock.now() - farewellMs);
    const drained = this.#held?.repack.drain() ?? Promise.resolve();
    await Promise.race([drained, clock.sleep(leftMs, life)]);
    const error = new AppError('E_APPLIANCE_INTERRUPTED', `the cloud takes the machine: ${reason}`);
    if (this.#held !== undefined) {
      await this.#say({ $case: 'event', value: this.#farewell(this.#held.key, error) });
      await Promise.race([this.#farewellHeard.promise, clock.sleep(farewellMs, life)]);
    }
    this.#ended.reject(error);
  }

  /** The only event of an appliance: what it did, it has told as results. */
  #farewell(key: RunningSession, error: AppError): SessionEvent {
    const ended = { status: 'stopped', counts: undefined, problem: toProblem(error) };
    const at = new Date(this.#ports.clock.now());
    return { ...key, sequence: 1n, at, event: { $case: 'ended', value: ended } };
  }

  #linkOptions(): LinkOptions {
    const { dial, clock, random } = this.#ports;
    const workerVersion = this.#settings.version;
    return {
      dial,
      clock,
      random,
      hello: async () => ({
        ...{ workerVersion, incarnation: this.#incarnation, running: this.#running() },
      }),
      heartbeat: () => this.#heartbeat(),
      up: async (welcome, send) => this.#up(welcome, send),
      received: (message) => this.#received(message),
      down: () => {
        this.#send = undefined;
      },
    };
  }

  #running(): RunningSession[] {
    return this.#held === undefined ? [] : [this.#held.key];
  }

  #heartbeat(): Heartbeat {
    return { running: this.#running(), rssBytes: BigInt(this.#ports.rssBytes()) };
  }

  #up(welcome: Welcome, send: SendOnLink): void {
    this.#heardAtMs = this.#ports.clock.now();
    this.#send = send;
    this.#lostAmong(welcome.drop);
  }

  async #received(message: ControllerMessage): Promise<void> {
    this.#heardAtMs = this.#ports.clock.now();
    switch (message.$case) {
      case 'assignment':
        await this.#assigned(message.value);
        return;
      case 'repackTask':
        if (this.#held?.is(message.value)) this.#held.repack.task(message.value);
        return;
      case 'credentials': {
        const { credential, sessionId } = message.value;
        if (credential === undefined || sessionId !== this.#held?.key.sessionId) return;
        this.#held.putCredential(credential);
        return;
      }
      case 'leasesRenewed':
        this.#lostAmong(message.value.lost);
        return;
      case 'cancel':
        if (message.value.sessionId === this.#held?.key.sessionId) {
          this.#end('E_CANCELLED', 'the session was cancelled');
        }
        return;
      case 'eventAck':
        this.#farewellHeard.resolve();
        return;
      // The link's own business, and what only proxy agents are told.
      case 'welcome':
      case 'goAway':
      case 'superseded':
      case 'repackWorker':
      case 'repackResult':
        return;
      default:
        assertNever(message);
    }
  }

  async #assigned(assignment: Assignment): Promise<void> {
    const { sessionId, attempt } = assignment;
    const key = { sessionId, attempt };
    if (this.#held !== undefined && !this.#held.is(key)) {
      const busy = new AppError('E_WORK_UNKNOWN', 'an appliance has one assignment at a time');
      await this.#say({ $case: 'refused', value: { ...key, problem: toProblem(busy) } });
      return;
    }
    if (this.#held === undefined) this.#begin(assignment);
    await this.#say({ $case: 'accepted', value: key });
  }

  #begin(assignment: Assignment): void {
    const held = new HeldAssignment(this.#ports, {
      assignment,
      taskConcurrency: this.#settings.taskConcurrency,
      send: this.#say,
      life: this.#life.signal,
    });
    this.#held = held;
    this.#warmth?.abort();
    this.#ports.logger.info('assignment.accepted', { ...held.key });
    held.finished.then(() => this.#done(held)).catch(this.#ended.reject);
  }

  /** Exits, or drops all it has of the session, says so, and waits for another. */
  async #done(held: HeldAssignment): Promise<void> {
    if (held.keepWarmMs === 0) {
      this.#ended.resolve();
      return;
    }
    await held.release();
    this.#held = undefined;
    this.#stayWarm(held.keepWarmMs);
    await this.#say({ $case: 'heartbeat', value: this.#heartbeat() });
  }

  #stayWarm(keepWarmMs: number): void {
    const { clock, logger } = this.#ports;
    const warmth = new AbortController();
    this.#warmth = warmth;
    logger.info('appliance.warm', { keepWarmMs });
    const over = () => {
      if (!warmth.signal.aborted) this.#ended.resolve();
    };
    const signal = AbortSignal.any([this.#life.signal, warmth.signal]);
    clock.sleep(keepWarmMs, signal).then(over, () => undefined);
  }

  #lostAmong(sessions: readonly RunningSession[]): void {
    if (sessions.some((each) => this.#held?.is(each))) {
      this.#end('E_ASSIGNMENT_LOST', 'the session was given to another attempt');
    }
  }

  readonly #say: SendOnLink = async (message) => {
    try {
      await this.#send?.(message);
    } catch (error) {
      // The next link brings what matters again.
      if (!isAppError(error, 'E_LINK_LOST')) throw error;
    }
  };

  #end(code: AppError['code'], message: string): void {
    this.#ended.reject(new AppError(code, message));
  }
}
