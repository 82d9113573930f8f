import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readHeader } from '../../src/repository/header/header-store.ts';
import { openHeader } from '../../src/repository/header/repository-header.ts';
import type { StorageClass } from '../../src/storage-class/storage-class.ts';
import { type Shown, shownByAll } from '../repository/repairing.ts';
import { type TestRepository, testPorts } from '../repository/test-repository.ts';
import { TestStore } from '../repository/test-store.ts';

export const goldenPassword = 'a password that everybody knows';

/** What the points showed when the repository was written: `<object>/<item>` → SHA-256 of the content, or a code. */
export type GoldenPoints = Readonly<Record<string, Shown>>;

interface GoldenBlob {
  readonly name: string;
  readonly class: StorageClass;
  /** By the clock of the storage. */
  readonly atMs: number;
  readonly base64: string;
}

const folder = join(import.meta.dirname, '..', '..', 'testdata', 'repositories');
const blobsFile = (name: string) => join(folder, `${name}.jsonl`);
const pointsFile = (name: string) => join(folder, `${name}.points.json`);

/** Opened by the password, or without one where it lies open; in memory, so that it may be changed. */
export async function goldenRepository(name: string): Promise<TestRepository> {
  const store = new TestStore();
  for (const line of (await readFile(blobsFile(name), 'utf8')).trimEnd().split('\n')) {
    setBlob(store, JSON.parse(line) as GoldenBlob);
  }
  const ports = testPorts(store);
  const unlocking = { password: goldenPassword };
  const { header, rootKey } = await openHeader(await readHeader(store), unlocking, ports.compute);
  return { store, ports, repositoryId: header.repositoryId, rootKey };
}

/** The log tells the time by that of its blobs. */
function setBlob(store: TestStore, { name, class: storageClass, atMs, base64 }: GoldenBlob): void {
  store.set(name, Buffer.from(base64, 'base64'), storageClass);
  const blob = store.blobs.get(name);
  if (blob !== undefined)
    store.blobs.set(name, { ...blob, info: { ...blob.info, modifiedAtMs: atMs } });
}

export async function goldenPoints(name: string): Promise<GoldenPoints> {
  return JSON.parse(await readFile(pointsFile(name), 'utf8')) as GoldenPoints;
}

export async function writeGolden(name: string, stored: TestRepository): Promise<void> {
  const { store } = stored;
  const lines = store
    .names()
    .filter((blob) => !blob.startsWith('hint/'))
    .map((blob) => {
      const { storageClass = 'hot', modifiedAtMs: atMs = 0 } = store.blobs.get(blob)?.info ?? {};
      const base64 = Buffer.from(store.bytes(blob)).toString('base64');
      return `${JSON.stringify({ name: blob, class: storageClass, atMs, base64 })}\n`;
    });
  await writeFile(blobsFile(name), lines.join(''));
  const points = await pointsOf(stored);
  await writeFile(pointsFile(name), `${JSON.stringify(points, undefined, 1)}\n`);
}

/** As if everything that is archived had been thawed. */
export async function pointsOf(stored: TestRepository): Promise<GoldenPoints> {
  const store = stored.store.fork();
  for (const pack of store.names('packs/')) store.thawInPlace(pack);
  const all = await shownByAll({ ...stored, store, ports: { ...stored.ports, store } });
  const digested = Object.entries(all).map(([point, shown]) => [point, digestsOf(shown)] as const);
  return Object.fromEntries(digested);
}

function digestsOf(shown: Shown): Shown {
  const digest = (value: string) =>
    createHash('sha256').update(Buffer.from(value, 'hex')).digest('hex');
  const isContent = (name: string, value: string) => name.includes('/') && !value.startsWith('E_');
  return Object.fromEntries(
    Object.entries(shown).map(([name, value]) => [
      name,
      isContent(name, value) ? digest(value) : value,
    ]),
  );
}
