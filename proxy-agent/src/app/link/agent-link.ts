import { AppError, isAppError } from '@firn/shared/errors/app-error';
import { assertNever } from '@firn/shared/errors/invariant';
import type {
  Assignment,
  Credentials,
  EventAck,
  Welcome,
} from '@firn/shared/gen/firn/link/v1/link';
import { StorageCredential } from '@firn/shared/gen/firn/link/v1/work';
import type { Logger } from '@firn/shared/observe/logger';
import type { ViewStream } from '@firn/shared/rpc/link/grpc-link';
import type {
  ControllerMessage,
  DialLink,
  LinkStream,
  WorkerMessage,
} from '@firn/shared/rpc/link/link-stream';
import { type LinkOptions, runLink, type SendOnLink } from '@firn/shared/rpc/link/run-link';
import type { StorageCredentials } from '@firn/shared/rpc/storage-credentials';
import type { Clock } from '@firn/shared/time/clock';
import type { Boxes } from '../../ports/boxes.ts';
import type { Journal } from '../../ports/journal.ts';
import { sendEvents } from '../event-sender.ts';
import type { Ownership } from '../ownership.ts';
import type { Sessions } from '../sessions.ts';
import type { Wakeup } from '../wakeup.ts';
import type { RemoteRepacks } from './remote-repacks.ts';

export interface AgentLinkPorts {
  readonly dial: DialLink;
  readonly view: (signal: AbortSignal) => Promise<ViewStream>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly journal: Journal;
  readonly boxes: Boxes;
  readonly logger: Logger;
  readonly rssBytes: () => number;
}

export interface AgentLinkParts {
  readonly version: string;
  readonly ownership: Ownership;
  readonly sessions: Sessions;
  readonly credentials: StorageCredentials;
  readonly repacks: RemoteRepacks;
  readonly wakeup: Wakeup;
  readonly serveViews: (stream: ViewStream) => Promise<void>;
  readonly failed: (error: unknown) => void;
}

const resendMs = 30_000;
const viewAgainMs = 1_000;

/** The agent's end of the link: what is said and heard while it is up. */
export class AgentLink {
  readonly #ports: AgentLinkPorts;
  #send: SendOnLink | undefined;
  #stream: LinkStream | undefined;
  /** Of the link that is up. */
  #up = new AbortController();

  constructor(ports: AgentLinkPorts) {
    this.#ports = ports;
  }

  /** Keeps the link until the signal aborts, or another process took the identity. */
  run(parts: AgentLinkParts, signal: AbortSignal): Promise<'stopped' | 'superseded'> {
    return runLink(this.#options(parts), signal);
  }

  /** Fails with E_LINK_LOST while the link is down. */
  readonly send: SendOnLink = async (message: WorkerMessage) => {
    if (this.#send === undefined) throw new AppError('E_LINK_LOST', 'the link is down');
    await this.#send(message);
  };

  /** Ends the link that is up; it is dialled anew. */
  redial(): void {
    this.#stream?.close();
  }

  #options(parts: AgentLinkParts): LinkOptions {
    const { clock, random, rssBytes, dial } = this.#ports;
    const { sessions, ownership } = parts;
    return {
      clock,
      random,
      dial: async (signal) => {
        this.#stream = await dial(signal);
        return this.#stream;
      },
      hello: async () => ({
        workerVersion: parts.version,
        incarnation: ownership.incarnation,
        running: sessions.running(),
      }),
      heartbeat: () => ({ running: sessions.running(), rssBytes: BigInt(rssBytes()) }),
      up: (welcome, send) => this.#isUp(parts, welcome, send),
      received: (message) => this.#received(parts, message),
      down: (cause) => this.#isDown(cause),
    };
  }

  async #isUp(parts: AgentLinkParts, welcome: Welcome, send: SendOnLink): Promise<void> {
    const { logger, journal, clock } = this.#ports;
    const { sessions, ownership, repacks, wakeup } = parts;
    logger.info('link.up', { linkEpoch: String(welcome.linkEpoch) });
    this.#send = send;
    this.#up = new AbortController();
    const { signal } = this.#up;
    for (const each of welcome.drop) sessions.lose(each);
    ownership.welcome(welcome.ownerIncarnation);
    const sender = { journal, clock, wakeup, send, resendMs };
    this.#follow(parts, sendEvents(sender, signal), signal);
    this.#follow(parts, this.#views(parts, signal), signal);
    await repacks.linkIsUp();
  }

  #isDown(cause: AppError | undefined): void {
    const { logger } = this.#ports;
    if (this.#send !== undefined || cause !== undefined) logger.warn('link.down', { error: cause });
    this.#send = undefined;
    this.#up.abort();
  }

  /** Ends with the link; what else it fails with ends the link, or the process. */
  #follow(parts: AgentLinkParts, work: Promise<unknown>, signal: AbortSignal): void {
    work.catch((error: unknown) => {
      if (isAppError(error, 'E_JOURNAL_FAILED')) parts.failed(error);
      else if (!signal.aborted) this.redial();
    });
  }

  async #views(parts: AgentLinkParts, signal: AbortSignal): Promise<void> {
    const { view, clock, logger } = this.#ports;
    while (!signal.aborted) {
      try {
        const stream = await view(signal);
        const close = () => stream.close();
        signal.addEventListener('abort', close, { once: true });
        try {
          await parts.serveViews(stream);
        } finally {
          signal.removeEventListener('abort', close);
          close();
        }
      } catch (error) {
        if (!signal.aborted) logger.warn('view.down', { error });
      }
      await clock.sleep(viewAgainMs, signal).catch(() => undefined);
    }
  }

  async #received(parts: AgentLinkParts, message: ControllerMessage): Promise<void> {
    const { sessions, repacks } = parts;
    switch (message.$case) {
      case 'assignment':
        this.#assigned(parts, message.value);
        return;
      case 'cancel':
        sessions.cancel(message.value.sessionId);
        return;
      case 'eventAck':
        await this.#acknowledged(parts, message.value);
        return;
      case 'credentials':
        this.#refreshed(parts, message.value);
        return;
      case 'repackWorker':
        await repacks.worker(message.value);
        return;
      case 'repackResult':
        await repacks.result(message.value);
        return;
      case 'leasesRenewed':
        for (const each of message.value.lost) sessions.lose(each);
        return;
      // The link's own business, and what only appliances are told.
      case 'welcome':
      case 'goAway':
      case 'superseded':
      case 'repackTask':
        return;
      default:
        assertNever(message);
    }
  }

  #assigned({ sessions }: AgentLinkParts, assignment: Assignment): void {
    const { sessionId, attempt } = assignment;
    const value = { sessionId, attempt };
    // On a link that is down nothing is lost: the next Hello names the session.
    sessions.assign(assignment, () =>
      this.send({ $case: 'accepted', value }).catch(ignoreLostLink),
    );
  }

  async #acknowledged({ sessions }: AgentLinkParts, ack: EventAck): Promise<void> {
    const done = await this.#ports.journal.acknowledge(ack, Number(ack.upTo));
    if (done) sessions.delivered(ack);
  }

  #refreshed({ credentials }: AgentLinkParts, { sessionId, credential }: Credentials): void {
    if (credential === undefined) return;
    credentials.put(sessionId, StorageCredential.decode(this.#ports.boxes.open(credential)));
  }
}

function ignoreLostLink(error: unknown): void {
  if (!isAppError(error, 'E_LINK_LOST')) throw error;
}
