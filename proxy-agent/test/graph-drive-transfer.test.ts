import { afterEach, describe, expect, it } from 'vitest';
import { sharePointLane } from '../src/adapters/sources/graph/client/lane.ts';
import type { DriveAccess } from '../src/adapters/sources/graph/onedrive/drive-api.ts';
import { readContent } from '../src/adapters/sources/graph/onedrive/drive-content.ts';
import type { FileEntry } from '../src/adapters/sources/graph/onedrive/drive-item.ts';
import { fragmentBytes } from '../src/adapters/sources/graph/onedrive/fragments.ts';
import { QuickXorHash } from '../src/adapters/sources/graph/onedrive/quick-xor-hash.ts';
import { uploadFile } from '../src/adapters/sources/graph/onedrive/upload.ts';
import { type Answer, type Asked, ScriptedGraph } from './fakes/scripted-graph.ts';

const signal = new AbortController().signal;
const bytes = Buffer.from(Array.from({ length: 50_000 }, (_, n) => (n * 13) % 251));
let service: ScriptedGraph;
afterEach(() => service.close());

async function start(answer: (asked: Asked, service: ScriptedGraph) => Answer) {
  service = await ScriptedGraph.start(answer);
  const notes: string[] = [];
  const lane = sharePointLane(service.clock, 1250);
  const onNote = (note: string) => notes.push(note);
  const access: DriveAccess = { client: service.client, lane, driveId: 'b!drive', onNote };
  return { access, notes };
}

function hashOf(content: Buffer): string {
  const hash = new QuickXorHash();
  hash.update(content);
  return hash.digest();
}

function described(options: { name?: string; url?: string; content?: Buffer } = {}) {
  const content = options.content ?? bytes;
  return {
    id: 'f1',
    name: options.name ?? 'a.bin',
    size: content.length,
    file: { hashes: { quickXorHash: hashOf(content) } },
    '@microsoft.graph.downloadUrl': options.url,
  };
}

function fileEntry(options: { name?: string; content?: Buffer } = {}): FileEntry {
  const content = options.content ?? bytes;
  return {
    kind: 'file',
    itemId: 'f1',
    parentId: 'root',
    name: options.name ?? 'a.bin',
    fileSystemInfo: {},
    size: content.length,
    changeKey: `hash:${hashOf(content)}:${content.length}`,
    modified: '2026-01-01T00:00:00Z',
    mimeType: undefined,
    quickXorHash: hashOf(content),
    downloadUrl: `${service.origin}/download/1`,
    isMalware: false,
  };
}

async function readAll(access: DriveAccess, file: FileEntry): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of readContent(access, file, signal)) pieces.push(piece);
  return Buffer.concat(pieces);
}

function rangeStart(asked: Asked): number {
  return Number(/^bytes=(\d+)-$/.exec(asked.headers.range ?? 'bytes=0-')?.[1]);
}

describe('readContent', () => {
  it('reads a file without any token', async () => {
    const { access } = await start(() => ({ body: bytes }));
    expect((await readAll(access, fileEntry())).equals(bytes)).toBe(true);
    expect(service.asked[0]?.headers.authorization).toBeUndefined();
    expect(service.asked[0]?.headers.range).toBeUndefined();
  });

  it('goes on where a broken answer stopped', async () => {
    const { access } = await start((asked, { asked: all }) => {
      const rest = bytes.subarray(rangeStart(asked));
      const status = rangeStart(asked) === 0 ? 200 : 206;
      return all.length < 3
        ? { status, body: rest, breakAfterBytes: 20_000 }
        : { status, body: rest };
    });
    expect((await readAll(access, fileEntry())).equals(bytes)).toBe(true);
    expect(service.asked.length).toBeGreaterThan(1);
  });

  it('skips what it has when the server ignores the range', async () => {
    const { access } = await start((_, { asked }) =>
      asked.length === 1 ? { body: bytes, breakAfterBytes: 30_000 } : { body: bytes },
    );
    expect((await readAll(access, fileEntry())).equals(bytes)).toBe(true);
  });

  it('asks for the item again when its URL has expired', async () => {
    const { access } = await start((asked) => {
      if (asked.url === '/download/1') return { status: 401 };
      if (asked.url === '/download/2') return { body: bytes };
      return { body: described({ url: `${service.origin}/download/2` }) };
    });
    expect((await readAll(access, fileEntry())).equals(bytes)).toBe(true);
  });

  it('fails when the file changed before the new URL was asked for', async () => {
    const { access } = await start((asked) =>
      asked.url === '/download/1'
        ? { status: 404 }
        : { body: described({ content: Buffer.from('other'), url: 'x' }) },
    );
    await expect(readAll(access, fileEntry())).rejects.toMatchObject({
      code: 'E_SOURCE_CONTENT_MISMATCH',
    });
  });

  it('fails when the content is not what was stated', async () => {
    const { access } = await start(() => ({ body: Buffer.concat([bytes, bytes]) }));
    await expect(readAll(access, fileEntry())).rejects.toMatchObject({
      code: 'E_SOURCE_CONTENT_MISMATCH',
    });
  });

  it('takes a rewritten Office file as it comes, and says so', async () => {
    const { access, notes } = await start(() => ({ body: bytes.subarray(1) }));
    const read = await readAll(access, fileEntry({ name: 'a.docx' }));
    expect(read.length).toBe(bytes.length - 1);
    expect(notes).toHaveLength(1);
  });

  it('tells malware from an expired URL', async () => {
    const { access } = await start(() => ({
      status: 403,
      headers: { 'x-virus-infected': 'true' },
    }));
    await expect(readAll(access, fileEntry())).rejects.toMatchObject({ code: 'E_SOURCE_MALWARE' });
  });

  it('asks for nothing when the file is empty', async () => {
    const { access } = await start(() => ({ body: bytes }));
    expect(await readAll(access, fileEntry({ content: Buffer.alloc(0) }))).toHaveLength(0);
    expect(service.asked).toEqual([]);
  });
});

/** An upload session that keeps what it got. */
class FakeUpload {
  received = Buffer.alloc(0);
  dates: unknown;
  readonly ranges: string[] = [];

  answer(asked: Asked, total: number): Answer {
    if (asked.method === 'POST') {
      this.dates = JSON.parse(asked.body.toString()).item.fileSystemInfo;
      return { body: { uploadUrl: `${service.origin}/upload` } };
    }
    if (asked.method === 'PUT') {
      this.ranges.push(asked.headers['content-range'] ?? '');
      this.received = Buffer.concat([this.received, asked.body]);
    }
    if (this.received.length === total) {
      return { status: 201, body: described({ content: this.received }) };
    }
    return { status: 202, body: { nextExpectedRanges: [`${this.received.length}-`] } };
  }
}

const large = Buffer.alloc(fragmentBytes * 2 + 5, 'large');

function uploadOf(content: Buffer) {
  return {
    parentId: 'root',
    name: 'a.bin',
    sizeBytes: content.length,
    dates: { createdDateTime: '2020-01-01T00:00:00Z' },
    conflict: 'fail' as const,
    content: async function* () {
      for (let at = 0; at < content.length; at += 1_000_000) {
        yield content.subarray(at, at + 1_000_000);
      }
    },
  };
}

describe('uploadFile', () => {
  it('sends fragments of 10 × 327,680 bytes, with the dates in the session', async () => {
    const upload = new FakeUpload();
    const { access } = await start((asked) => upload.answer(asked, large.length));
    const { file } = await uploadFile(access, uploadOf(large), signal);
    expect(file.quickXorHash).toBe(hashOf(large));
    expect(upload.dates).toEqual({ createdDateTime: '2020-01-01T00:00:00Z' });
    expect(upload.ranges).toEqual([
      `bytes 0-3276799/${large.length}`,
      `bytes 3276800-6553599/${large.length}`,
      `bytes 6553600-6553604/${large.length}`,
    ]);
    const puts = service.asked.filter(({ method }) => method === 'PUT');
    expect(puts.every(({ headers }) => headers.authorization === undefined)).toBe(true);
  });

  it('asks what arrived after a lost answer, and goes on from there', async () => {
    const upload = new FakeUpload();
    let lost = 0;
    const { access } = await start((asked) => {
      if (asked.method === 'PUT' && lost < 2) {
        lost += 1;
        // The first is lost before it arrives, the second after half of it.
        if (lost === 2) upload.received = Buffer.from(asked.body.subarray(0, 327_680));
        return { breakAfterBytes: 0 };
      }
      return upload.answer(asked, large.length);
    });
    const { file } = await uploadFile(access, uploadOf(large), signal);
    expect(file.quickXorHash).toBe(hashOf(large));
    expect(upload.received.equals(large)).toBe(true);
  });

  it('creates an empty file without a session, then sets its dates', async () => {
    const { access } = await start(() => ({ body: described({ content: Buffer.alloc(0) }) }));
    await uploadFile(access, uploadOf(Buffer.alloc(0)), signal);
    expect(service.asked.map(({ method }) => method)).toEqual(['PUT', 'PATCH']);
  });
});
