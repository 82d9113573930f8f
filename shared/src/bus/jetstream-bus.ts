import {
  DiscardPolicy,
  type JetStreamManager,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import {
  connect,
  type NatsConnection,
  type NodeConnectionOptions,
  nanos,
} from '@nats-io/transport-node';
import type { Logger } from '../observe/logger.ts';
import { systemClock } from '../time/system-clock.ts';
import type { Bus, BusMessage } from './bus.ts';
import { parseBusUrl } from './bus-url.ts';
import { MessageQueue } from './message-queue.ts';
import { type BusStream, busStreams } from './streams.ts';
import { matchesSubject } from './subject-match.ts';

export interface JetStreamBusOptions {
  /**
   * `nats://host:port` or `tls://host:port`; before the host `user:password@`,
   * or `token@`. A secret.
   */
  readonly url: string;
  readonly auth?: { readonly token: string } | { readonly user: string; readonly password: string };
  /** PEM of a private CA. */
  readonly caPem?: string;
  /** Seen in the server's list of connections. */
  readonly name: string;
  /** Whether this program creates the streams: one of all must. */
  readonly createsStreams: boolean;
  readonly logger: Logger;
}

interface Subscription {
  readonly subject: string;
  readonly queue: MessageQueue;
  /** Set while the connection knows of it. */
  unsubscribe?: () => void;
}

const retryMs = 2_000;

/**
 * The bus on NATS. It connects in the background and reconnects for ever; while
 * there is no connection, what is published is lost, and subscriptions wait.
 */
export class JetStreamBus implements Bus {
  readonly #options: JetStreamBusOptions;
  readonly #closing = new AbortController();
  readonly #subscriptions = new Set<Subscription>();
  #connection: NatsConnection | undefined;
  #isConnected = false;
  /** Resolves when the first connection stands and the streams exist, or the bus was closed. */
  readonly opened: Promise<void>;

  /** Throws E_CONFIG_INVALID when the address is none. */
  constructor(options: JetStreamBusOptions) {
    parseBusUrl(options.url);
    this.#options = options;
    this.opened = this.#open();
  }

  publish(subject: string, payload: Uint8Array): void {
    // The client would keep everything in memory until it is connected again.
    if (!this.#isConnected) return;
    try {
      this.#connection?.publish(subject, payload);
    } catch (error) {
      this.#options.logger.warn('bus.publish-failed', { subject, error });
    }
  }

  subscribe(subject: string, signal: AbortSignal): AsyncIterable<BusMessage> {
    const queue = new MessageQueue(signal, () => {
      this.#subscriptions.delete(subscription);
      subscription.unsubscribe?.();
    });
    const subscription: Subscription = { subject, queue };
    if (this.#closing.signal.aborted) queue.close();
    if (queue.isEnded) return queue;
    this.#subscriptions.add(subscription);
    if (this.#connection !== undefined) attach(subscription, this.#connection);
    return queue;
  }

  async last(subject: string): Promise<BusMessage | undefined> {
    const stream = busStreams.find(({ subjects }) => matchesSubject(subjects, subject));
    if (stream === undefined || this.#connection === undefined || !this.#isConnected) return;
    try {
      const manager = await jetstreamManager(this.#connection, { checkAPI: false });
      const message = await manager.streams.getMessage(stream.name, { last_by_subj: subject });
      return message === null ? undefined : { subject: message.subject, payload: message.data };
    } catch (error) {
      this.#options.logger.warn('bus.last-failed', { subject, error });
      return undefined;
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    for (const { queue } of [...this.#subscriptions]) queue.close();
    await this.opened;
    try {
      // Sends what was published, as long as the server takes it.
      if (this.#isConnected) await this.#connection?.drain();
    } catch (error) {
      this.#options.logger.warn('bus.drain-failed', { error });
    } finally {
      this.#isConnected = false;
      await this.#connection?.close();
    }
  }

  async #open(): Promise<void> {
    const { logger, createsStreams } = this.#options;
    const { server } = parseBusUrl(this.#options.url);
    while (!this.#closing.signal.aborted) {
      try {
        this.#connection ??= await this.#connect();
        if (createsStreams) await createStreams(this.#connection);
        logger.info('bus.opened', { server });
        return;
      } catch (error) {
        logger.warn('bus.open-failed', { server, error });
        await this.#pause();
      }
    }
  }

  async #connect(): Promise<NatsConnection> {
    const connection = await connect(connectionOptions(this.#options));
    this.#isConnected = true;
    // Ends with the connection, which ends with close().
    this.#watch(connection).catch((error: unknown) => {
      this.#options.logger.error('bus.watch-failed', { error });
    });
    for (const subscription of this.#subscriptions) attach(subscription, connection);
    return connection;
  }

  async #watch(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type !== 'disconnect' && type !== 'reconnect') continue;
      this.#isConnected = type === 'reconnect';
      this.#options.logger.info(`bus.${type}ed`);
    }
  }

  async #pause(): Promise<void> {
    const { signal } = this.#closing;
    await systemClock.sleep(retryMs, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}

function attach(subscription: Subscription, connection: NatsConnection): void {
  const { subject, queue } = subscription;
  const subscribed = connection.subscribe(subject, {
    callback: (error, message) => {
      if (error === null) queue.push({ subject: message.subject, payload: message.data });
    },
  });
  subscription.unsubscribe = () => subscribed.unsubscribe();
}

function connectionOptions(options: JetStreamBusOptions): NodeConnectionOptions {
  const { server, login } = parseBusUrl(options.url);
  return {
    servers: server,
    name: options.name,
    // The client's own defaults give up for good after 20 seconds.
    maxReconnectAttempts: -1,
    reconnectTimeWait: retryMs,
    ignoreAuthErrorAbort: true,
    pingInterval: 20_000,
    ...login,
    ...(options.caPem !== undefined && { tls: { ca: options.caPem } }),
  };
}

async function createStreams(connection: NatsConnection): Promise<void> {
  const manager = await jetstreamManager(connection);
  for (const stream of busStreams) await createStream(manager, stream);
}

/** Creates the stream, or brings it to the limits of this version. */
async function createStream(manager: JetStreamManager, stream: BusStream): Promise<void> {
  const limits = {
    subjects: [stream.subjects],
    max_age: nanos(stream.ageMsMax),
    max_bytes: stream.bytesMax,
    max_msgs_per_subject: stream.messagesPerSubjectMax ?? -1,
    discard: DiscardPolicy.Old,
  };
  const existing = await manager.streams.list().next();
  const isThere = existing.some(({ config }) => config.name === stream.name);
  if (isThere) await manager.streams.update(stream.name, limits);
  else {
    await manager.streams.add({
      ...limits,
      name: stream.name,
      retention: RetentionPolicy.Limits,
      storage: StorageType.File,
    });
  }
}
