import {
  type _Object,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  RestoreObjectCommand,
  type Tier,
} from '@aws-sdk/client-s3';
import { isAppError } from '../../errors/app-error.ts';
import type { BlobThawing, ThawRequest, ThawState } from '../../repository/ports.ts';
import { mustThaw, type ThawSpeed } from '../../storage-class/storage-class.ts';
import { checkBlobName } from '../blob-name.ts';
import type { S3Connection } from './s3-connection.ts';
import { serviceCodeOf } from './s3-errors.ts';
import { infoOfHead, infoOfItem } from './s3-info.ts';

export interface S3ThawingOptions {
  readonly connection: S3Connection;
  /** Empty or with a trailing slash. */
  readonly root: string;
  /** By the storage's clock. */
  readonly now: (signal?: AbortSignal) => Promise<number>;
}

const dayMs = 86_400_000;
const tiers = { expedited: 'Expedited', standard: 'Standard', bulk: 'Bulk' } as const satisfies {
  readonly [speed in ThawSpeed]: Tier;
};
/** For more, a listing tells the states of a thousand with one request. */
const headsMax = 20;

/**
 * Temporary copies, which S3 makes beside archived objects under the same name. They are everybody's,
 * are deleted at the midnight (UTC) after their days, and cannot be deleted before.
 * [AWS: API_RestoreObject; restoring-objects]
 */
export class S3Thawing implements BlobThawing {
  readonly #options: S3ThawingOptions;

  constructor(options: S3ThawingOptions) {
    this.#options = options;
  }

  async begin(name: string, request: ThawRequest): Promise<ThawState> {
    checkBlobName(name);
    const { readableMs, signal } = request;
    const state = await this.#head(name, signal);
    if (state.state === 'thawing') return state;
    if (state.state !== 'warm') return await this.#restore(name, request);
    const { untilMs = Number.POSITIVE_INFINITY } = state;
    const isLongEnough = untilMs - (await this.#options.now(signal)) >= readableMs;
    return isLongEnough ? state : await this.#restore(name, request);
  }

  async *states(
    _retrievalId: string,
    names: ReadonlySet<string>,
    signal?: AbortSignal,
  ): AsyncGenerator<ToldState> {
    const listed = names.size <= headsMax ? [] : await this.#listed(names, signal);
    // Storages that are compatible with S3 may leave it out of listings.
    const told = listed.some(([, { state }]) => state !== 'cold')
      ? listed
      : this.#heads(names, signal);
    for await (const each of told) if (each[1].state !== 'cold') yield each;
  }

  /** S3 deletes them by itself. */
  async end(): Promise<number> {
    return 0;
  }

  async *#heads(
    names: ReadonlySet<string>,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<ToldState> {
    for (const name of names) {
      const state = await this.#head(name, signal).catch(coldWhenMissing);
      yield [name, state];
    }
  }

  async #listed(names: ReadonlySet<string>, signal: AbortSignal | undefined): Promise<ToldState[]> {
    const { connection, root } = this.#options;
    const call = { operation: 'list of what is restored', isWrite: false, signal };
    const place = { Bucket: connection.bucket, Prefix: root + commonFolder(names) };
    const told: ToldState[] = [];
    let token: string | undefined;
    do {
      const query = { ...place, ...(token !== undefined && { ContinuationToken: token }) };
      const page = await connection.run(call, 0, ({ client, sent }) =>
        client.send(
          new ListObjectsV2Command({ ...query, OptionalObjectAttributes: ['RestoreStatus'] }),
          sent,
        ),
      );
      for (const item of page.Contents ?? []) {
        const name = (item.Key ?? '').slice(root.length);
        if (names.has(name)) told.push([name, stateOfItem(name, item)]);
      }
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
    return told;
  }

  async #head(name: string, signal: AbortSignal | undefined): Promise<ThawState> {
    const { connection, root } = this.#options;
    const call = { operation: `head of ${name}`, isWrite: false, signal };
    const input = { Bucket: connection.bucket, Key: root + name };
    const reply = await connection.run(call, 0, ({ client, sent }) =>
      client.send(new HeadObjectCommand(input), sent),
    );
    return stateOfHead(name, reply);
  }

  async #restore(name: string, request: ThawRequest): Promise<ThawState> {
    const { connection, root } = this.#options;
    const { readableMs, speed, signal } = request;
    // Never unclear: whoever got no reply asks again, and is told that it is under way.
    const call = { operation: `restoration of ${name}`, isWrite: false, signal };
    const Days = Math.max(1, Math.ceil(readableMs / dayMs));
    const RestoreRequest = { Days, GlacierJobParameters: { Tier: tiers[speed] } };
    const input = { Bucket: connection.bucket, Key: root + name, RestoreRequest };
    try {
      await connection.run(call, 0, ({ client, sent }) =>
        client.send(new RestoreObjectCommand(input), sent),
      );
    } catch (error) {
      if (serviceCodeOf(error) !== 'RestoreAlreadyInProgress') throw error;
      return { state: 'thawing' };
    }
    return await this.#head(name, signal);
  }
}

/** Nothing can be read of it; whoever begins a thaw is told. */
function coldWhenMissing(error: unknown): ThawState {
  if (isAppError(error, 'E_BLOB_NOT_FOUND')) return { state: 'cold' };
  throw error;
}

type ToldState = readonly [name: string, state: ThawState];

function stateOfHead(name: string, reply: HeadObjectCommandOutput): ThawState {
  if (!mustThaw(infoOfHead(name, reply).storageClass)) return { state: 'warm', name };
  const { Restore } = reply;
  if (Restore === undefined) return { state: 'cold' };
  if (Restore.includes('ongoing-request="true"')) return { state: 'thawing' };
  const [, date] = /expiry-date="([^"]+)"/.exec(Restore) ?? [];
  return warm(name, date === undefined ? Number.NaN : Date.parse(date));
}

function stateOfItem(name: string, item: _Object): ThawState {
  if (!mustThaw(infoOfItem(name, item).storageClass)) return { state: 'warm', name };
  const { IsRestoreInProgress, RestoreExpiryDate } = item.RestoreStatus ?? {};
  if (IsRestoreInProgress === undefined) return { state: 'cold' };
  if (IsRestoreInProgress) return { state: 'thawing' };
  return warm(name, RestoreExpiryDate?.getTime() ?? Number.NaN);
}

function warm(name: string, untilMs: number): ThawState {
  return { state: 'warm', name, ...(Number.isFinite(untilMs) && { untilMs }) };
}

/** The folder that all names lie in; empty: there is none. */
function commonFolder(names: ReadonlySet<string>): string {
  const [first = ''] = names;
  const segments = first.split('/').slice(0, -1);
  for (let depth = segments.length; depth > 0; depth -= 1) {
    const folder = `${segments.slice(0, depth).join('/')}/`;
    if ([...names].every((name) => name.startsWith(folder))) return folder;
  }
  return '';
}
