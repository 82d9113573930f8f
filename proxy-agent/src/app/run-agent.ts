import type { Bus } from '@firn/shared/bus/bus';
import { ProgressMeter } from '@firn/shared/bus/progress-meter';
import { isAppError } from '@firn/shared/errors/app-error';
import type { Assignment } from '@firn/shared/gen/firn/link/v1/link';
import { SecretBundle } from '@firn/shared/gen/firn/link/v1/work';
import type { Logger } from '@firn/shared/observe/logger';
import type { Compute, Entropy } from '@firn/shared/repository/ports';
import type { SharedChunkIndex } from '@firn/shared/repository/shared-chunks/shared-chunk-index';
import type { ViewStream } from '@firn/shared/rpc/link/grpc-link';
import { toProblem } from '@firn/shared/rpc/problem';
import { StorageCredentials } from '@firn/shared/rpc/storage-credentials';
import type { BrowseCache } from '../ports/browse-cache.ts';
import type { ObjectStores } from '../ports/object-stores.ts';
import type { Sources } from '../ports/sources.ts';
import type { StorageTester } from '../ports/storage-tester.ts';
import type { WorkerIdentity } from '../ports/worker-identity.ts';
import { keepCertificate } from './keep-certificate.ts';
import { AgentLink, type AgentLinkPorts } from './link/agent-link.ts';
import { RemoteRepacks } from './link/remote-repacks.ts';
import { Ownership } from './ownership.ts';
import { Repositories, required } from './repositories.ts';
import type { SessionContext, SessionSettings } from './session-context.ts';
import { SessionEvents } from './session-events.ts';
import { runToEnd, type SessionLeft } from './session-run.ts';
import { Sessions } from './sessions.ts';
import { serveViews } from './view/serve-views.ts';
import { makeWakeup } from './wakeup.ts';

export interface AgentPorts extends AgentLinkPorts {
  readonly bus: Bus;
  readonly stores: ObjectStores;
  readonly sources: Sources;
  readonly testStorage: StorageTester;
  readonly compute: Compute;
  readonly entropy: Entropy;
  readonly identity: WorkerIdentity;
  /** Undefined: it is turned off. */
  readonly browseCache: BrowseCache | undefined;
  /** By repository. Undefined: contents are shared within one run of the process only. */
  readonly sharedChunks?: ((repositoryId: string) => SharedChunkIndex) | undefined;
  readonly logger: Logger;
}

export interface AgentSettings extends SessionSettings {
  readonly version: string;
  /** How long sessions may take to commit what is finished when the agent stops. */
  readonly graceMs: number;
}

/**
 * A proxy agent, from start to stop. Goes on with what the journal holds, takes
 * what it is assigned. When the signal aborts, sessions commit what is finished
 * and stay journalled for the next process.
 */
export async function runAgent(
  ports: AgentPorts,
  settings: AgentSettings,
  signal: AbortSignal,
): Promise<'stopped' | 'superseded'> {
  const agent = new Agent(ports, settings);
  return agent.run(signal);
}

class Agent {
  readonly #ports: AgentPorts;
  readonly #settings: AgentSettings;
  /** Of the process: aborts when everything has stopped, or must. */
  readonly #life = new AbortController();
  readonly #failure = Promise.withResolvers<never>();
  readonly #wakeup = makeWakeup();
  readonly #link: AgentLink;
  readonly #ownership: Ownership;
  readonly #credentials: StorageCredentials;
  readonly #repositories: Repositories;
  readonly #repacks: RemoteRepacks;
  readonly #sessions: Sessions;

  constructor(ports: AgentPorts, settings: AgentSettings) {
    this.#ports = ports;
    this.#settings = settings;
    // It may fail before anybody waits for it.
    this.#failure.promise.catch(() => undefined);
    const { clock, entropy, boxes, journal } = ports;
    this.#link = new AgentLink(ports);
    this.#ownership = new Ownership(incarnation(entropy));
    this.#credentials = new StorageCredentials(clock, (sessionId, storageId) =>
      this.#link.send({ $case: 'credentialsRequest', value: { sessionId, storageId } }),
    );
    const shared = { ownership: this.#ownership, credentials: this.#credentials };
    this.#repositories = new Repositories({ ...ports, ...shared, signal: this.#life.signal });
    this.#repacks = new RemoteRepacks(boxes, this.#link.send);
    const run = (assignment: Assignment, signal: AbortSignal) => this.#session(assignment, signal);
    this.#sessions = new Sessions({ journal, run, failed: (error) => this.#failed(error) });
  }

  async run(signal: AbortSignal): Promise<'stopped' | 'superseded'> {
    const { clock, logger, identity, random } = this.#ports;
    const renewing = keepCertificate({ identity, clock, logger, random }, this.#life.signal);
    try {
      await this.#sessions.resume();
      const link = this.#link.run(this.#parts(), this.#life.signal);
      const ended = await Promise.race([link, aborted(signal), this.#failure.promise]);
      logger.info('agent.stopping', { because: ended });
      await this.#shutdown();
      return ended;
    } finally {
      this.#life.abort();
      await renewing;
    }
  }

  #parts() {
    const credentials = this.#credentials;
    const { boxes, clock, browseCache } = this.#ports;
    const views = { repositories: this.#repositories, credentials, boxes, clock, browseCache };
    return {
      version: this.#settings.version,
      ownership: this.#ownership,
      sessions: this.#sessions,
      credentials,
      repacks: this.#repacks,
      wakeup: this.#wakeup,
      serveViews: (stream: ViewStream) => serveViews(views, stream),
      failed: (error: unknown) => this.#failed(error),
    };
  }

  /** The link stays up meanwhile: a commit may need fresh credentials. */
  async #shutdown(): Promise<void> {
    const over = new AbortController();
    const grace = this.#ports.clock
      .sleep(this.#settings.graceMs, over.signal)
      .catch(() => undefined);
    await Promise.race([this.#sessions.shutdown(), grace]);
    over.abort();
  }

  #failed(error: unknown): void {
    this.#ports.logger.error('agent.failed', { error });
    this.#failure.reject(error);
  }

  async #session(assignment: Assignment, signal: AbortSignal): Promise<SessionLeft> {
    const { sessionId, attempt } = assignment;
    const { journal, clock, logger, bus, identity } = this.#ports;
    const key = { sessionId, attempt };
    const log = logger.child(key);
    const events = await SessionEvents.open({ key, journal, clock, wakeup: this.#wakeup });
    log.info('session.started', { work: assignment.work?.work?.$case });
    try {
      const context = { ...this.#context(key, events, signal), secrets: this.#open(assignment) };
      const work = required(assignment.work, 'work');
      const workerId = () => identity.workerId;
      const fenced = () => this.#fenced();
      const left = await runToEnd({ context, work, bus, workerId, fenced });
      log.info('session.left', { left });
      return left;
    } catch (error) {
      if (isAppError(error, 'E_ASSIGNMENT_LOST')) return 'lost';
      log.error('session.failed', { error });
      const problem = toProblem(error);
      await events.end({ status: 'failed', counts: events.counts, problem });
      return 'ended';
    } finally {
      this.#repacks.forget(key);
      this.#credentials.leave(sessionId);
    }
  }

  #open({ sessionId, secrets: box }: Assignment): SecretBundle {
    const plain = box === undefined ? new Uint8Array() : this.#ports.boxes.open(box);
    const secrets = SecretBundle.decode(plain);
    for (const each of secrets.storages) this.#credentials.put(sessionId, each);
    return secrets;
  }

  #context(
    key: SessionContext['key'],
    events: SessionEvents,
    signal: AbortSignal,
  ): Omit<SessionContext, 'secrets'> {
    const { sources, testStorage, journal, clock, compute, entropy } = this.#ports;
    return {
      key,
      events,
      signal,
      progress: new ProgressMeter(key),
      repositories: this.#repositories,
      sources,
      testStorage,
      journal,
      clock,
      compute,
      entropy,
      remoteRepack: () => this.#repacks.of(key),
      settings: this.#settings,
    };
  }

  /** Another owner was met: who it is now says only the controller. */
  #fenced(): void {
    this.#ownership.lose();
    this.#repositories.forget();
    this.#link.redial();
  }
}

function incarnation(entropy: Entropy): string {
  return Buffer.from(entropy.randomBytes(16)).toString('hex');
}

async function aborted(signal: AbortSignal): Promise<'stopped'> {
  if (signal.aborted) return 'stopped';
  const { promise, resolve } = Promise.withResolvers<'stopped'>();
  signal.addEventListener('abort', () => resolve('stopped'), { once: true });
  return promise;
}
