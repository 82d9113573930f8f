import type { Bus } from '@firn/shared/bus/bus';
import { publishProgress } from '@firn/shared/bus/progress-meter';
import { AppError, isAppError } from '@firn/shared/errors/app-error';
import { assertNever } from '@firn/shared/errors/invariant';
import type {
  Assignment,
  RunningSession,
  SessionEvent,
  Welcome,
} from '@firn/shared/gen/firn/link/v1/link';
import { SecretBundle, StorageCredential } from '@firn/shared/gen/firn/link/v1/work';
import type { Logger } from '@firn/shared/observe/logger';
import type { Compute, Entropy } from '@firn/shared/repository/ports';
import type { ControllerMessage, DialLink } from '@firn/shared/rpc/link/link-stream';
import { type LinkOptions, runLink, type SendOnLink } from '@firn/shared/rpc/link/run-link';
import { toProblem } from '@firn/shared/rpc/problem';
import { StorageCredentials } from '@firn/shared/rpc/storage-credentials';
import type { Clock } from '@firn/shared/time/clock';
import type { BoxOpener } from '../ports/box-opener.ts';
import type { Interruption, Interruptions } from '../ports/interruptions.ts';
import type { Storages } from '../ports/storages.ts';
import { RepackSession } from './repack-session.ts';

export interface AppliancePorts {
  readonly dial: DialLink;
  readonly clock: Clock;
  readonly random: () => number;
  readonly bus: Bus;
  readonly storages: Storages;
  readonly boxes: BoxOpener;
  readonly compute: Compute;
  readonly entropy: Entropy;
  readonly interruptions: Interruptions;
  readonly logger: Logger;
  readonly workerId: string;
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
 *        │                       │
 *        ├── lost, cancelled, superseded, controller silent, lifetime over, stopped ──► rejects
 *        └── interrupted by its cloud: ends the packs under way, says so ──► rejects
 *
 * It takes exactly one assignment and keeps nothing: whatever it has not told
 * when it ends is done again by another.
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
  readonly #credentials: StorageCredentials;
  readonly #incarnation: string;
  #session: { readonly key: RunningSession; readonly repack: RepackSession } | undefined;
  readonly #farewellHeard = Promise.withResolvers<void>();
  #send: SendOnLink | undefined;
  #heardAtMs: number;

  constructor(ports: AppliancePorts, settings: ApplianceSettings) {
    this.#ports = ports;
    this.#settings = settings;
    this.#heardAtMs = ports.clock.now();
    this.#incarnation = Buffer.from(ports.entropy.randomBytes(16)).toString('hex');
    this.#credentials = new StorageCredentials(ports.clock, (sessionId, storageId) =>
      this.#say({ $case: 'credentialsRequest', value: { sessionId, storageId } }),
    );
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
    const drained = this.#session?.repack.drain() ?? Promise.resolve();
    await Promise.race([drained, clock.sleep(leftMs, life)]);
    const error = new AppError('E_APPLIANCE_INTERRUPTED', `the cloud takes the machine: ${reason}`);
    if (this.#session !== undefined) {
      await this.#say({ $case: 'event', value: this.#farewell(this.#session.key, error) });
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
    const { dial, clock, random, rssBytes } = this.#ports;
    const running = () => (this.#session === undefined ? [] : [this.#session.key]);
    const workerVersion = this.#settings.version;
    return {
      dial,
      clock,
      random,
      hello: async () => ({ workerVersion, incarnation: this.#incarnation, running: running() }),
      heartbeat: () => ({ running: running(), rssBytes: BigInt(rssBytes()) }),
      up: async (welcome, send) => this.#up(welcome, send),
      received: (message) => this.#received(message),
      down: () => {
        this.#send = undefined;
      },
    };
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
        if (this.#isMine(message.value)) this.#session?.repack.task(message.value);
        return;
      case 'credentials': {
        const { credential, sessionId } = message.value;
        if (credential === undefined) return;
        const plain = this.#ports.boxes.open(credential);
        this.#credentials.put(sessionId, StorageCredential.decode(plain));
        return;
      }
      case 'leasesRenewed':
        this.#lostAmong(message.value.lost);
        return;
      case 'cancel':
        if (message.value.sessionId === this.#session?.key.sessionId) {
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
    if (this.#session !== undefined && !this.#isMine(key)) {
      const busy = new AppError('E_WORK_UNKNOWN', 'an appliance takes one assignment');
      await this.#say({ $case: 'refused', value: { ...key, problem: toProblem(busy) } });
      return;
    }
    if (this.#session === undefined) this.#begin(assignment, key);
    await this.#say({ $case: 'accepted', value: key });
  }

  #begin(assignment: Assignment, key: RunningSession): void {
    const { clock, bus, boxes, workerId, logger } = this.#ports;
    const plain = assignment.secrets === undefined ? [] : boxes.open(assignment.secrets);
    const secrets = SecretBundle.decode(Uint8Array.from(plain));
    for (const each of secrets.storages) this.#credentials.put(key.sessionId, each);
    const signal = this.#life.signal;
    const repack = new RepackSession({
      ...this.#ports,
      assignment,
      credentials: this.#credentials,
      taskConcurrency: this.#settings.taskConcurrency,
      send: (message) => this.#say(message),
      signal,
    });
    this.#session = { key, repack };
    logger.info('assignment.accepted', { ...key });
    const { meter } = repack;
    publishProgress({ meter, key, bus, clock, workerId: () => workerId }, signal).catch(
      this.#ended.reject,
    );
    repack.finished.then(this.#ended.resolve, this.#ended.reject);
  }

  #lostAmong(sessions: readonly RunningSession[]): void {
    if (sessions.some((each) => this.#isMine(each))) {
      this.#end('E_ASSIGNMENT_LOST', 'the session was given to another attempt');
    }
  }

  #isMine({ sessionId, attempt }: RunningSession): boolean {
    const key = this.#session?.key;
    return key?.sessionId === sessionId && key.attempt === attempt;
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
