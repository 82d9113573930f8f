import { randomBytes } from 'node:crypto';
import type { ByteRange } from '../../repository/ports.ts';
import type { ComposingUpload } from '../compose-blob.ts';
import type { AzureConnection } from './azure-connection.ts';
import type { AzureCall } from './azure-errors.ts';
import type { AzureWriteOptions } from './azure-write.ts';

export interface AzureTarget {
  /** Inside the container. */
  readonly path: string;
  readonly options: AzureWriteOptions;
  readonly call: AzureCall;
}

/** Blocks of one blob, then the list that makes the blob of them. A block's staging is its id. */
export class AzureUpload implements ComposingUpload<string> {
  readonly #connection: AzureConnection;
  readonly #target: AzureTarget;
  readonly #id = randomBytes(12);

  constructor(connection: AzureConnection, target: AzureTarget) {
    this.#connection = connection;
    this.#target = target;
  }

  async stage(bytes: Uint8Array, index: number): Promise<string> {
    const { path, call } = this.#target;
    const { operation, signal } = call;
    const id = blockId(this.#id, index);
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const staging = { operation, isWrite: false, signal };
    await this.#connection.run(staging, bytes.length, async ({ blob, abortSignal }) => {
      await blob(path).stageBlock(id, buffer, buffer.length, { abortSignal });
    });
    return id;
  }

  /** @param source a URL that this account may read. At most 4,000 MiB. [Microsoft: put-block-from-url] */
  async stageCopy(source: string, { offset, length }: ByteRange, index: number): Promise<string> {
    const { path, call } = this.#target;
    const id = blockId(this.#id, index);
    const staging = { operation: call.operation, isWrite: false, signal: call.signal };
    await this.#connection.run(staging, length, async ({ blob, abortSignal }) => {
      await blob(path).stageBlockFromURL(id, source, offset, length, { abortSignal });
    });
    return id;
  }

  async commit(ids: readonly string[]): Promise<void> {
    const { path, options, call } = this.#target;
    await this.#connection.run(call, 0, async ({ blob, abortSignal }) => {
      await blob(path).commitBlockList([...ids], { ...options, abortSignal });
    });
  }

  /** Whether the blob is made of exactly these blocks: their ids are random. */
  async isThere(ids: readonly string[]): Promise<boolean> {
    const { path, call } = this.#target;
    const asked = { operation: `blocks for ${call.operation}`, isWrite: false };
    return await this.#connection.run(asked, 0, async ({ blob, abortSignal }) => {
      const { committedBlocks = [] } = await blob(path).getBlockList('committed', { abortSignal });
      return committedBlocks.map((block) => block.name).join() === ids.join();
    });
  }

  /** Azure drops by itself what was not committed within a week. [Microsoft: put-block] */
  async abandon(): Promise<void> {}
}

/** Unique in the world, and as long as every other: Azure demands it within a blob. */
function blockId(upload: Uint8Array, index: number): string {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(index);
  return Buffer.concat([upload, number]).toString('base64');
}
