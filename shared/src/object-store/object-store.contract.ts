import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../errors/app-error.ts';
import {
  type BlobInfo,
  type BlobStore,
  partBytesMin,
  type ThawState,
} from '../repository/ports.ts';
import { thawingOf } from '../repository/retrieve/thawing-of.ts';

export interface StoreUnderTest {
  /** Empty, and below a prefix of its own where the storage has prefixes. */
  readonly store: BlobStore;
  /** Lets everything thaw that is on its way out of the archive class. */
  readonly finishRehydrations: () => Promise<void>;
  /** Whether it can be seen while it is under way. */
  readonly showsRehydrating: boolean;
  /** Default false: a copy thaws. Else copies out of the archive class are refused. */
  readonly thawsInPlace?: boolean;
  /** Default true. Some stand-ins copy over what is there. */
  readonly copiesIfAbsent?: boolean;
  readonly close: () => Promise<void>;
}

/** Every object store obeys this, whatever it is made of. */
export function describeBlobStore(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`${name} as an object store`, () => {
    let tested: StoreUnderTest;
    let store: BlobStore;
    beforeAll(async () => {
      tested = await make();
      store = tested.store;
    });
    afterAll(() => tested?.close());
    const its = () => tested;
    describeWriting(() => store);
    describeStreams(() => store);
    describeReading(() => store);
    describeListing(() => store);
    describeComposing(() => store);
    describeArchive(() => store, its);
    describeThawing(() => store, its);
  });
}

function describeWriting(store: () => BlobStore): void {
  it('gives back what was put, and replaces it', async () => {
    await store().put('put/a', text('one'));
    await store().put('put/a', text('second'));
    const blob = await store().get('put/a');
    expect(string(blob.bytes)).toBe('second');
    expect(blob.info).toMatchObject({
      name: 'put/a',
      size: 6,
      storageClass: 'hot',
      rehydrating: false,
    });
    expect(blob.info.modifiedAtMs).toBeGreaterThanOrEqual(0);
  });

  it('keeps only the bytes of the view that was put', async () => {
    const view = text('0123456789').subarray(3, 6);
    await store().put('put/view', view);
    expect(string((await store().get('put/view')).bytes)).toBe('345');
  });

  it('keeps empty blobs', async () => {
    await store().put('put/empty', new Uint8Array());
    expect((await store().get('put/empty')).bytes).toHaveLength(0);
  });

  it('refuses to put what exists when asked to', async () => {
    await store().put('put/once', text('first'), { ifAbsent: true });
    await expect(store().put('put/once', text('other'), { ifAbsent: true })).rejects.toMatchObject({
      code: 'E_BLOB_EXISTS',
    });
    expect(string((await store().get('put/once')).bytes)).toBe('first');
  });

  it('lets exactly one of many concurrent conditional puts win', async () => {
    const writers = Array.from({ length: 12 }, (_, index) => `writer ${index}`);
    const results = await Promise.allSettled(
      writers.map((writer) => store().put('put/race', text(writer), { ifAbsent: true })),
    );
    const winners = writers.filter((_, index) => results[index]?.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason.code).toBe('E_BLOB_EXISTS');
    }
    expect(string((await store().get('put/race')).bytes)).toBe(winners[0]);
  });

  it('deletes, also what is not there', async () => {
    await store().put('delete/a', text('a'));
    await store().delete('delete/a');
    await store().delete('delete/a');
    expect(await store().head('delete/a')).toBeUndefined();
  });

  it('does nothing once it is cancelled', async () => {
    const signal = AbortSignal.abort(new Error('stopped'));
    const put = store().put('put/cancelled', text('a'), { signal });
    await expect(put).rejects.toMatchObject({ code: 'E_CANCELLED' });
    expect(await store().head('put/cancelled')).toBeUndefined();
  });
}

function describeStreams(store: () => BlobStore): void {
  it('writes a stream of many chunks', async () => {
    const chunks = Array.from({ length: 37 }, (_, index) => Buffer.alloc(1_000 + index, index));
    await store().putStream('stream/many', from(chunks));
    const { bytes } = await store().get('stream/many');
    expect(Buffer.compare(bytes, Buffer.concat(chunks))).toBe(0);
  });

  it('writes an empty stream', async () => {
    await store().putStream('stream/empty', from([]));
    expect((await store().head('stream/empty'))?.size).toBe(0);
  });

  it('refuses to stream over what exists when asked to', async () => {
    const body = () => from([Buffer.alloc(20_000, 1)]);
    await store().putStream('stream/once', body(), { ifAbsent: true });
    await expect(
      store().putStream('stream/once', body(), { ifAbsent: true }),
    ).rejects.toMatchObject({ code: 'E_BLOB_EXISTS' });
  });

  it('leaves nothing when the stream breaks', async () => {
    const broken = new Error('the source broke');
    async function* breaking() {
      yield Buffer.alloc(20_000);
      throw broken;
    }
    await expect(store().putStream('stream/broken', breaking())).rejects.toBe(broken);
    expect(await store().head('stream/broken')).toBeUndefined();
    expect(await names(store().list('stream/broken'))).toEqual([]);
  });
}

function describeComposing(store: () => BlobStore): void {
  const megabyte = 1024 * 1024;
  const long = Uint8Array.from({ length: 12 * megabyte }, (_, at) => (at * 7 + (at >> 12)) % 256);

  /** Of the store and itself: where it can do that at all. */
  const composer = (skip: () => void) => {
    const { place } = store();
    const found = place && store().composerFrom?.(place);
    if (found === undefined) skip();
    return found;
  };

  it('puts a blob together of ranges of others and of bytes, where it can', async ({ skip }) => {
    const composing = composer(skip);
    await store().put('compose/long', long);
    const range = { offset: 3 * megabyte + 17, length: 6 * megabyte };
    const parts = [
      { from: 'compose/long', range },
      { bytes: long.subarray(0, 5 * megabyte) },
      { from: 'compose/long', range: { offset: 0, length: partBytesMin } },
      { bytes: text('the end') },
    ];
    await composing?.compose('compose/made', parts, { ifAbsent: true });
    const { bytes, info } = await store().get('compose/made');
    const expected = [
      long.subarray(range.offset, range.offset + range.length),
      long.subarray(0, 5 * megabyte),
      long.subarray(0, partBytesMin),
      text('the end'),
    ];
    expect(Buffer.compare(bytes, Buffer.concat(expected))).toBe(0);
    expect(info.storageClass).toBe('hot');
    await expect(
      composing?.compose('compose/made', parts, { ifAbsent: true }),
    ).rejects.toMatchObject({
      code: 'E_BLOB_EXISTS',
    });
  });

  it('leaves nothing of a blob that it could not put together', async ({ skip }) => {
    const composing = composer(skip);
    const parts = [
      { from: 'compose/nowhere', range: { offset: 0, length: partBytesMin } },
      { bytes: text('the end') },
    ];
    await expect(composing?.compose('compose/none', parts)).rejects.toBeInstanceOf(AppError);
    expect(await store().head('compose/none')).toBeUndefined();
  });

  it('puts it into the class that is asked for', async ({ skip }) => {
    const composing = composer(skip);
    await store().put('compose/cold', long);
    const range = { offset: 0, length: partBytesMin };
    const parts = [{ from: 'compose/cold', range }, { bytes: text('the end') }];
    await composing?.compose('compose/archived', parts, { storageClass: 'archive' });
    expect(await store().head('compose/archived')).toMatchObject({
      size: partBytesMin + 7,
      storageClass: 'archive',
    });
  });
}

function describeReading(store: () => BlobStore): void {
  it('reads exactly a range', async () => {
    await store().put('read/range', text('0123456789'));
    const blob = await store().get('read/range', { offset: 2, length: 3 });
    expect(string(blob.bytes)).toBe('234');
    expect(blob.info.size).toBe(10);
  });

  it.each([[{ offset: 8, length: 3 }], [{ offset: 10, length: 1 }], [{ offset: 50, length: 5 }]])(
    'refuses a range that the blob does not have: %o',
    async (range) => {
      await store().put('read/range', text('0123456789'));
      await expect(store().get('read/range', range)).rejects.toMatchObject({
        code: 'E_BLOB_NOT_FOUND',
      });
    },
  );

  it('says when there is no such blob', async () => {
    expect(await store().head('read/none')).toBeUndefined();
    await expect(store().get('read/none')).rejects.toMatchObject({ code: 'E_BLOB_NOT_FOUND' });
    const copy = store().copy('read/none', 'read/copy', { storageClass: 'hot' });
    await expect(copy).rejects.toMatchObject({ code: 'E_BLOB_NOT_FOUND' });
  });
}

function describeListing(store: () => BlobStore): void {
  it('lists what begins with the prefix, in byte order', async () => {
    const sorted = ['l/A', 'l/a', 'l/a-b', 'l/a.b', 'l/a0', 'l/b/1', 'l/b/10', 'l/b/2', 'l/b0'];
    for (const name of sorted.toReversed()) await store().put(name, text(name));
    await store().put('m/other', text('x'));
    expect(await names(store().list('l/'))).toEqual(sorted);
    expect(await names(store().list('l/b/1'))).toEqual(['l/b/1', 'l/b/10']);
    expect(await names(store().list('l/b'))).toEqual(['l/b/1', 'l/b/10', 'l/b/2', 'l/b0']);
    expect(await names(store().list('none/'))).toEqual([]);
  });

  it('lists sizes and classes', async () => {
    await store().put('sizes/a', text('abc'), { storageClass: 'archive' });
    const infos: BlobInfo[] = [];
    for await (const info of store().list('sizes/')) infos.push(info);
    expect(infos).toMatchObject([
      { name: 'sizes/a', size: 3, storageClass: 'archive', rehydrating: false },
    ]);
  });
}

function describeArchive(store: () => BlobStore, tested: () => StoreUnderTest): void {
  it('refuses to read what lies in the archive class', async () => {
    await store().put('cold/a', text('cold'), { storageClass: 'archive', ifAbsent: true });
    await store().putStream('cold/b', from([Buffer.alloc(20_000)]), { storageClass: 'archive' });
    for (const name of ['cold/a', 'cold/b']) {
      expect(await store().head(name)).toMatchObject({ storageClass: 'archive' });
      await expect(store().get(name)).rejects.toMatchObject({ code: 'E_BLOB_ARCHIVED' });
      await expect(store().get(name, { offset: 0, length: 1 })).rejects.toMatchObject({
        code: 'E_BLOB_ARCHIVED',
      });
    }
  });

  it('reads a copy out of the archive class once it has thawed', async () => {
    await store().put('cold/source', text('cold'), { storageClass: 'archive' });
    const copy = () =>
      store().copy('cold/source', 'warm/copy', { storageClass: 'hot', priority: 'high' });
    if (tested().thawsInPlace === true) {
      return await expect(copy()).rejects.toMatchObject({ code: 'E_BLOB_ARCHIVED' });
    }
    await copy();
    if (tested().showsRehydrating) {
      expect(await store().head('warm/copy')).toMatchObject({ rehydrating: true, size: 4 });
      await expect(store().get('warm/copy')).rejects.toMatchObject({ code: 'E_BLOB_ARCHIVED' });
    }
    await tested().finishRehydrations();
    expect(await store().head('warm/copy')).toMatchObject({
      rehydrating: false,
      storageClass: 'hot',
    });
    expect(string((await store().get('warm/copy')).bytes)).toBe('cold');
    expect(await store().head('cold/source')).toMatchObject({ storageClass: 'archive' });
  });

  it('copies between classes that can be read', async () => {
    await store().put('copy/hot', text('warm'));
    await store().copy('copy/hot', 'copy/cool', { storageClass: 'cool' });
    expect(string((await store().get('copy/cool')).bytes)).toBe('warm');
    expect(await store().head('copy/cool')).toMatchObject({
      storageClass: 'cool',
      rehydrating: false,
    });
  });

  it('copies only if absent when asked to', async () => {
    if (tested().copiesIfAbsent === false) return;
    await store().put('copy/from', text('one'));
    await store().put('copy/there', text('other'));
    const options = { storageClass: 'hot', ifAbsent: true } as const;
    await expect(store().copy('copy/from', 'copy/there', options)).rejects.toMatchObject({
      code: 'E_BLOB_EXISTS',
    });
    expect(string((await store().get('copy/there')).bytes)).toBe('other');
    await store().copy('copy/from', 'copy/new', options);
    expect(string((await store().get('copy/new')).bytes)).toBe('one');
  });

  it('lets a put in a hot class replace an archived blob', async () => {
    await store().put('cold/replaced', text('old'), { storageClass: 'archive' });
    await store().delete('cold/replaced');
    await store().put('cold/replaced', text('new'));
    expect(string((await store().get('cold/replaced')).bytes)).toBe('new');
  });
}

function describeThawing(store: () => BlobStore, tested: () => StoreUnderTest): void {
  const request = { retrievalId: 'r1', speed: 'standard', readableMs: 3_600_000 } as const;
  const thawing = () => thawingOf(store());

  async function statesOf(names: readonly string[]) {
    const states = new Map<string, ThawState>();
    for await (const [name, state] of thawing().states('r1', new Set(names))) {
      states.set(name, state);
    }
    return states;
  }

  /** Archived blobs; all but the first are on their way. */
  async function begun(prefix: string): Promise<readonly string[]> {
    const names = Array.from({ length: 25 }, (_, n) => `${prefix}/${n}`);
    for (const name of names) await store().put(name, text(name), { storageClass: 'archive' });
    expect((await statesOf(names)).size).toBe(0);
    for (const name of names.slice(1)) {
      expect(await thawing().begin(name, request)).not.toEqual({ state: 'cold' });
    }
    return names;
  }

  it('tells what is on its way out of the archive class', async () => {
    const [cold = '', ...names] = await begun('thawing');
    if (!tested().showsRehydrating) return;
    const states = await statesOf([cold, ...names]);
    expect(states).toEqual(new Map(names.map((name) => [name, { state: 'thawing' }])));
    expect(await thawing().begin(names[0] ?? '', request)).toEqual({ state: 'thawing' });
  });

  it('reads what has thawed, until that is ended', async () => {
    const [cold = '', ...names] = await begun('thawed');
    await tested().finishRehydrations();
    for (const asked of [[cold, ...names], names.slice(0, 3), names.slice(0, 1)]) {
      const states = await statesOf(asked);
      expect([...states.keys()].toSorted()).toEqual(asked.filter((name) => name !== cold).sort());
      for (const [name, state] of states) {
        if (state.state !== 'warm') throw new Error(`${name} is ${state.state}`);
        expect(string((await store().get(state.name)).bytes)).toBe(name);
      }
    }
    expect(await thawing().begin(names[0] ?? '', request)).toMatchObject({ state: 'warm' });
    await thawing().end('r1');
    expect((await statesOf(names)).size).toBe(tested().thawsInPlace === true ? names.length : 0);
  });

  it('has nothing to thaw in a class that can be read', async () => {
    await store().put('thaw/hot', text('hot'));
    expect(await thawing().begin('thaw/hot', request)).toEqual({ state: 'warm', name: 'thaw/hot' });
  });

  it('says when there is nothing to thaw, and tells nothing of it', async () => {
    await expect(thawing().begin('thaw/none', request)).rejects.toMatchObject({
      code: 'E_BLOB_NOT_FOUND',
    });
    expect((await statesOf(['thaw/none'])).size).toBe(0);
    expect((await statesOf(['thaw/none', 'thaw/neither'])).size).toBe(0);
  });
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function string(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

async function* from(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function names(listing: AsyncIterable<BlobInfo>): Promise<string[]> {
  const found: string[] = [];
  for await (const info of listing) found.push(info.name);
  return found;
}
