import { AppError, isAppError } from '@firn/shared/errors/app-error';
import type { GraphClient, GraphReply } from './graph-client.ts';
import { isTransient } from './graph-error.ts';
import { isRecord, type JsonRecord, recordAt, recordOf, recordsAt, textAt } from './json-value.ts';
import type { Lane } from './lane.ts';
import { type Headers, retryAfterMs } from './retry-after.ts';

/** One GET of a batch. */
export interface BatchPart {
  /** Below the API version, or a link of an earlier answer. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** [Microsoft: json-batching] */
export const batchPartsMax = 20;

const triesMax = 8;
const delayMsFirst = 500;
const delayMsMax = 30_000;

export interface BatchOptions {
  readonly lane: Lane;
  readonly what: string;
  /** Of each part, in the lane. Default 1. */
  readonly unitsPerPart?: number;
  readonly signal: AbortSignal;
}

/** Sends GETs as batches, and counts their parts. */
export class BatchSender {
  readonly #client: GraphClient;
  #partsSent = 0;

  constructor(client: GraphClient) {
    this.#client = client;
  }

  /** Parts sent so far, beside the HTTP requests that carried them. */
  get partsSent(): number {
    return this.#partsSent;
  }

  /**
   * At most 20 parts; answers in the order of the parts, of any status. Parts
   * that were throttled or failed for now are sent again after the longest wait
   * that any of them asked for; after the last try their answer is given as it is.
   */
  async send(parts: readonly BatchPart[], options: BatchOptions): Promise<GraphReply[]> {
    const answers = new Map<number, GraphReply>();
    let open = parts.map((_, index) => index);
    for (let attempt = 1; open.length > 0; attempt += 1) {
      for (const [index, reply] of await this.#sendOnce(parts, open, options)) {
        answers.set(index, reply);
      }
      const failed = open.filter((index) => isTransient(answers.get(index)?.status ?? 500));
      if (failed.length === 0 || attempt === triesMax) break;
      await this.#waitBeforeRetry(failed, answers, { ...options, attempt });
      open = failed;
    }
    return parts.map((_, index) => answers.get(index) ?? missing(options.what));
  }

  async #sendOnce(
    parts: readonly BatchPart[],
    open: readonly number[],
    options: BatchOptions,
  ): Promise<Map<number, GraphReply>> {
    this.#partsSent += open.length;
    const reply = await this.#client.json({
      method: 'POST',
      path: '/$batch',
      what: `${options.what} (batch)`,
      lane: options.lane,
      // The service works on four parts of one mailbox at once.
      slots: open.length,
      units: open.length * (options.unitsPerPart ?? 1),
      json: { requests: open.map((index) => this.#part(parts, index)) },
      repeatable: true,
      signal: options.signal,
    });
    return decodeBatch(reply.body);
  }

  #part(parts: readonly BatchPart[], index: number): JsonRecord {
    const part = parts[index];
    if (part === undefined) throw new AppError('E_INTERNAL', `batch has no part ${index}`);
    return {
      id: String(index + 1),
      method: 'GET',
      url: this.#client.base.relative(part.path),
      ...(part.headers === undefined ? {} : { headers: part.headers }),
    };
  }

  async #waitBeforeRetry(
    failed: readonly number[],
    answers: ReadonlyMap<number, GraphReply>,
    options: BatchOptions & { readonly attempt: number },
  ): Promise<void> {
    const now = this.#client.clock.now();
    const asked = failed.map((index) => {
      const reply = answers.get(index);
      return reply === undefined ? 0 : (retryAfterMs(reply.headers, now) ?? 0);
    });
    const backoffMs = Math.min(delayMsMax, delayMsFirst * 2 ** (options.attempt - 1));
    const waitMs = Math.max(backoffMs, ...asked);
    options.lane.pause(waitMs);
    await this.#client.clock.sleep(waitMs, options.signal);
  }
}

/** Answers come in any order, each under the id of its part. */
function decodeBatch(body: unknown): Map<number, GraphReply> {
  const answers = new Map<number, GraphReply>();
  for (const response of recordsAt(recordOf(body, 'the batch answer'), 'responses')) {
    const index = Number(textAt(response, 'id')) - 1;
    const status = response['status'];
    if (!Number.isInteger(index) || typeof status !== 'number') continue;
    answers.set(index, { status, headers: partHeaders(response), body: response['body'] });
  }
  return answers;
}

function partHeaders(response: JsonRecord): Headers {
  const headers = new Map(
    Object.entries(recordAt(response, 'headers') ?? {}).map(([name, value]) => [
      name.toLowerCase(),
      String(value),
    ]),
  );
  return (name) => headers.get(name);
}

function missing(what: string): never {
  throw new AppError('E_SOURCE_PROTOCOL', `the batch answer lacks a part (${what})`);
}

/** The body of a part that succeeded. @throws AppError of the part's answer */
export function partBody(client: GraphClient, reply: GraphReply, what: string): JsonRecord {
  if (reply.status < 300 && isRecord(reply.body)) return reply.body;
  throw client.error(reply, what);
}

export function isGone(error: unknown): boolean {
  return isAppError(error, 'E_SOURCE_NOT_FOUND');
}
