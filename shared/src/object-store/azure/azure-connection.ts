import {
  AnonymousCredential,
  type BlockBlobClient,
  ContainerClient,
  newPipeline,
  type Pipeline,
  RestError,
} from '@azure/storage-blob';
import { throwIfCancelled } from '../blob-errors.ts';
import { StorageClock } from '../storage-clock.ts';
import { type AzureCall, toAzureError } from './azure-errors.ts';

export interface AzureConnectionOptions {
  /** The account's blob endpoint, e.g. `https://account.blob.core.windows.net`. */
  readonly endpoint: string;
  readonly container: string;
  /** The container SAS of now, without the question mark. Asked before every call. */
  readonly credentials: () => Promise<string>;
  readonly replyMsMax: number;
}

/** What a call gets: clients with the credentials of now, and its deadline. */
export interface AzureSession {
  readonly container: ContainerClient;
  readonly abortSignal: AbortSignal;
  blob(path: string): BlockBlobClient;
}

const slowestBytesPerMs = 256;

/** Calls to one container: credentials, deadlines, errors, its clock. Never repeats a call. */
export class AzureConnection {
  readonly clock = new StorageClock();
  readonly endpoint: string;
  readonly #options: AzureConnectionOptions;
  #isVersioned: boolean | undefined;
  #current: { readonly sas: string; readonly container: ContainerClient } | undefined;

  constructor(options: AzureConnectionOptions) {
    this.#options = options;
    this.endpoint = options.endpoint;
  }

  /** Whether deleted blobs live on as versions; undefined: no blob was seen yet. */
  get isVersioned(): boolean | undefined {
    return this.#isVersioned;
  }

  /** @param bytes moved by the call at most: they lengthen its deadline */
  async run<T>(
    call: AzureCall,
    bytes: number,
    work: (session: AzureSession) => Promise<T>,
  ): Promise<T> {
    throwIfCancelled(call.operation, call.signal);
    const container = await this.#container();
    const deadline = AbortSignal.timeout(
      this.#options.replyMsMax + Math.ceil(bytes / slowestBytesPerMs),
    );
    const abortSignal =
      call.signal === undefined ? deadline : AbortSignal.any([call.signal, deadline]);
    const blob = (path: string) => container.getBlockBlobClient(path);
    try {
      return await work({ container, abortSignal, blob });
    } catch (error) {
      throw toAzureError(error, call);
    }
  }

  /** Of a blob, with the SAS of now: who has it may read the blob. */
  async urlOf(path: string): Promise<string> {
    return (await this.#container()).getBlobClient(path).url;
  }

  async #container(): Promise<ContainerClient> {
    const { endpoint, container, credentials } = this.#options;
    const sas = await credentials();
    if (this.#current?.sas !== sas) {
      const url = `${endpoint}/${container}?${sas}`;
      const client = new ContainerClient(url, this.#pipeline());
      this.#current = { sas, container: client };
    }
    return this.#current.container;
  }

  #observe(headers: { get(name: string): string | undefined }): void {
    this.clock.observe(headers.get('date'));
    // One blob with versions is enough: others may be older than the account's versioning.
    if (headers.get('x-ms-version-id') !== undefined) this.#isVersioned = true;
    else if (headers.get('x-ms-blob-type') !== undefined) this.#isVersioned ??= false;
  }

  #pipeline(): Pipeline {
    // A repeated put-if-absent would meet its own first try.
    const pipeline = newPipeline(new AnonymousCredential(), { retryOptions: { maxTries: 1 } });
    pipeline.factories.push({
      create: (next) => ({
        sendRequest: async (request) => {
          try {
            const reply = await next.sendRequest(request);
            this.#observe(reply.headers);
            return reply;
          } catch (error) {
            // Refusals tell the time as well.
            if (error instanceof RestError && error.response) this.#observe(error.response.headers);
            throw error;
          }
        },
      }),
    });
    return pipeline;
  }
}
