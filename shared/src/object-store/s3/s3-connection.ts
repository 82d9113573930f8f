import { Agent } from 'node:https';
import { S3Client } from '@aws-sdk/client-s3';
import { throwIfCancelled } from '../blob-errors.ts';
import { StorageClock } from '../storage-clock.ts';
import { isOfClock, type S3Call, toS3Error } from './s3-errors.ts';

/** Keys of an account, or temporary ones with their token. */
export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface S3ConnectionOptions {
  readonly bucket: string;
  /** Default us-east-1, which storages beside AWS take. */
  readonly region?: string | undefined;
  /** Of a storage that is compatible with S3; absent for AWS itself. No trailing slash. */
  readonly endpoint?: string | undefined;
  /** The bucket in the path and not in the host name. Default: when there is an endpoint. */
  readonly pathStyle?: boolean | undefined;
  /** PEM of a private CA; the system's are not asked then. */
  readonly caPem?: string | undefined;
  /**
   * `always`: every body carries a CRC-32 that the storage checks and keeps.
   * `required`: only where S3 demands it; older compatible storages know no more.
   * Default: always for AWS, required with an endpoint.
   */
  readonly checksums?: 'always' | 'required' | undefined;
  /** The credentials of now. Asked before every call. */
  readonly credentials: () => Promise<S3Credentials>;
  /** Longest wait for a call that moves no data; data lengthens it. Default 60 s. */
  readonly replyMsMax?: number | undefined;
}

/** What a call gets: a client with the credentials of now, and its deadline. */
export interface S3Session {
  readonly client: S3Client;
  readonly sent: { readonly abortSignal: AbortSignal };
}

const slowestBytesPerMs = 256;
const connectMsMax = 10_000;
const socketsMax = 64;

/** Calls to one bucket: credentials, deadlines, errors, the storage's clock. */
export class S3Connection {
  readonly bucket: string;
  /** Undefined: AWS itself. */
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly clock = new StorageClock();
  /** Whether bodies carry a CRC-32. */
  readonly sumsAlways: boolean;
  readonly #options: S3ConnectionOptions;
  readonly #agent: Agent;
  #current: { readonly credentials: S3Credentials; readonly client: S3Client } | undefined;

  constructor(options: S3ConnectionOptions) {
    this.#options = options;
    this.bucket = options.bucket;
    this.endpoint = options.endpoint;
    this.region = options.region ?? 'us-east-1';
    const checksums = options.checksums ?? (options.endpoint === undefined ? 'always' : 'required');
    this.sumsAlways = checksums === 'always';
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: socketsMax,
      ...(options.caPem !== undefined && { ca: options.caPem }),
    });
  }

  /**
   * Never repeats a call that may have been applied. One that the storage refused
   * for the time in its signature is made again: the SDK learns it from the reply.
   * @param bytes moved by the call at most: they lengthen its deadline
   */
  async run<T>(call: S3Call, bytes: number, work: (session: S3Session) => Promise<T>): Promise<T> {
    try {
      return await this.#attempt(call, bytes, work);
    } catch (error) {
      if (!isOfClock(error)) throw error;
      return await this.#attempt(call, bytes, work);
    }
  }

  async #attempt<T>(
    call: S3Call,
    bytes: number,
    work: (session: S3Session) => Promise<T>,
  ): Promise<T> {
    throwIfCancelled(call.operation, call.signal);
    const client = await this.#client();
    const replyMsMax = this.#options.replyMsMax ?? 60_000;
    const deadline = AbortSignal.timeout(replyMsMax + Math.ceil(bytes / slowestBytesPerMs));
    const abortSignal =
      call.signal === undefined ? deadline : AbortSignal.any([call.signal, deadline]);
    try {
      return await work({ client, sent: { abortSignal } });
    } catch (error) {
      throw toS3Error(error, call);
    }
  }

  async #client(): Promise<S3Client> {
    const credentials = await this.#options.credentials();
    if (this.#current === undefined || !areSame(this.#current.credentials, credentials)) {
      this.#current = { credentials, client: this.#makeClient(credentials) };
    }
    return this.#current.client;
  }

  #makeClient(credentials: S3Credentials): S3Client {
    const { endpoint, region } = this;
    const { pathStyle = endpoint !== undefined } = this.#options;
    const checksums = this.sumsAlways ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED';
    const client = new S3Client({
      region,
      ...(endpoint !== undefined && { endpoint }),
      forcePathStyle: pathStyle,
      credentials: { ...credentials },
      // A repeated put-if-absent would meet its own first try.
      maxAttempts: 1,
      requestChecksumCalculation: checksums,
      responseChecksumValidation: checksums,
      requestHandler: { connectionTimeout: connectMsMax, httpsAgent: this.#agent },
    });
    this.#observeClock(client);
    return client;
  }

  #observeClock(client: S3Client): void {
    client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        this.clock.observe(dateOf(result.response));
        return result;
      },
      { step: 'deserialize', priority: 'low', name: 'observeStorageClock' },
    );
  }
}

function areSame(a: S3Credentials, b: S3Credentials): boolean {
  return (
    a.accessKeyId === b.accessKeyId &&
    a.secretAccessKey === b.secretAccessKey &&
    a.sessionToken === b.sessionToken
  );
}

function dateOf(response: unknown): string | undefined {
  if (typeof response !== 'object' || response === null || !('headers' in response)) {
    return undefined;
  }
  return (response.headers as Readonly<Record<string, string>>)['date'];
}
