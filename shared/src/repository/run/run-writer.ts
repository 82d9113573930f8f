import { concatBytes, toHex } from '../bytes.ts';
import { addressSegment } from '../index/address.ts';
import { encodeJson } from '../json.ts';
import type { MetaPacks } from '../meta/meta-packs.ts';
import type { RepositoryPorts } from '../ports.ts';
import type { SealingKey } from '../segment/epoch-keys.ts';
import { sealFrame } from '../segment/frame.ts';
import { newSegment, type SegmentKey } from '../segment/segment-key.ts';
import { encodeEntry, type RunEntry, type RunKind, type RunRef } from './run-layout.ts';

export interface RunWriterOptions {
  readonly ports: RepositoryPorts;
  readonly meta: MetaPacks;
  readonly kind: RunKind;
  /** Under which the runs are sealed, and its id; empty: the meta key. */
  readonly key: SealingKey;
  readonly keyId: string;
  readonly objectId: string;
}

const frameBytes = 128 * 1024;
const runBytesMax = 4 * 1024 * 1024;

interface OpenRun {
  readonly segment: SegmentKey;
  readonly frames: { readonly first: string; readonly sealed: Uint8Array }[];
  readonly refersTo: Set<string>;
  sealedBytes: number;
  entries: number;
  first: string;
  last: string;
}

/** Writes entries that come in order of keys as one level: runs of at most 4 MiB. */
export class RunWriter {
  readonly #options: RunWriterOptions;
  readonly #runs: RunRef[] = [];
  #run: OpenRun | undefined;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #pendingFirst = '';

  constructor(options: RunWriterOptions) {
    this.#options = options;
  }

  async add(entry: RunEntry): Promise<void> {
    const run = await this.#openRun(entry.key);
    const bytes = encodeEntry(this.#options.kind, entry);
    if (this.#pending.length > 0 && this.#pendingBytes + bytes.length > frameBytes) {
      this.#sealPending(run);
    }
    if (this.#pending.length === 0) this.#pendingFirst = entry.key;
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#options.kind === 'index' && entry.value !== undefined) {
      run.refersTo.add(addressSegment(entry.value));
    }
    run.entries += 1;
    run.last = entry.key;
    if (run.sealedBytes >= runBytesMax) await this.#endRun();
  }

  /** The level; empty when nothing was added. */
  async finish(): Promise<readonly RunRef[]> {
    await this.#endRun();
    return this.#runs;
  }

  async #openRun(first: string): Promise<OpenRun> {
    if (this.#run === undefined) {
      const segment = await newSegment(this.#options.ports, this.#options.key);
      const nothing = { frames: [], refersTo: new Set<string>(), sealedBytes: 0, entries: 0 };
      this.#run = { segment, ...nothing, first, last: first };
    }
    return this.#run;
  }

  #sealPending(run: OpenRun): void {
    if (this.#pending.length === 0) return;
    const sealed = this.#seal(run, concatBytes(this.#pending));
    run.frames.push({ first: this.#pendingFirst, sealed });
    run.sealedBytes += sealed.length;
    this.#pending = [];
    this.#pendingBytes = 0;
  }

  #seal(run: OpenRun, content: Uint8Array): Uint8Array {
    const { ports, kind } = this.#options;
    const place = { segment: run.segment, number: run.frames.length, kind };
    return sealFrame(ports.compute, place, content);
  }

  async #endRun(): Promise<void> {
    const run = this.#run;
    if (run === undefined) return;
    this.#sealPending(run);
    this.#run = undefined;
    const { entries, first, last } = run;
    const frames = run.frames.map((frame) => ({ first: frame.first, length: frame.sealed.length }));
    const refersTo = [...run.refersTo].sort();
    const content = encodeJson({ entries, frames, last, segments: refersTo });
    const directory = this.#seal(run, content);
    const { kind, keyId, objectId, meta } = this.#options;
    const lengths = [...frames.map((frame) => frame.length), directory.length];
    const segment = toHex(run.segment.id);
    const ref = await meta.append(
      { id: segment, kind, frames: lengths, keyId, objectId },
      concatBytes([run.segment.id, ...run.frames.map((frame) => frame.sealed), directory]),
    );
    const counts = { directory: directory.length, frames: frames.length, entries };
    this.#runs.push({ ...ref, segment, ...counts, first, last });
  }
}
