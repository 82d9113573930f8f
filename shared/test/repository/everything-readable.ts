import { undefinedWhenDamaged } from '../../src/repository/damaged.ts';
import { dataPrefixes } from '../../src/repository/log/names.ts';
import type { OpenContext } from '../../src/repository/open-context.ts';
import type { PackSegment } from '../../src/repository/pack/pack-layout.ts';
import { readFooter } from '../../src/repository/pack/read-footer.ts';
import type { SealingKey } from '../../src/repository/segment/epoch-keys.ts';
import { openFrame } from '../../src/repository/segment/frame.ts';
import { deriveSegmentKey, type SegmentKey } from '../../src/repository/segment/segment-key.ts';
import { openSegmentKey } from '../../src/repository/segment/wrapped-key.ts';

/** Key id → key; '' is the repository's own. */
type Keys = ReadonlyMap<string, SealingKey>;

interface Sealed {
  readonly segment: Pick<PackSegment, 'id' | 'kind' | 'frames'>;
  /** From its first frame on. */
  readonly bytes: Uint8Array;
}

/**
 * All that whoever has the root key can open, as text: every segment under the
 * repository's own keys or under a key that is stored, every box in a record, and
 * every segment whose key any row or footer holds wrapped under a key that is stored.
 */
export async function everythingReadable(context: OpenContext): Promise<string> {
  const keys = await storedKeys(context);
  const texts: string[] = [];
  // Rows lie in meta packs: what they tell opens segments of the others.
  const wrapped = new Set<string>();
  for (const prefix of ['meta/', ...dataPrefixes]) {
    for await (const { name, size } of context.ports.store.list(prefix)) {
      const found = await textsOfPack(context, { name, size, keys, wrapped });
      texts.push(...found);
      for (const key of found.flatMap(wrappedIn)) wrapped.add(key);
    }
  }
  return texts.join('\n');
}

function wrappedIn(text: string): string[] {
  return [...text.matchAll(/"segmentKey":"([^"]*)"/g)].map(([, key = '']) => key);
}

async function storedKeys({ ports, keys }: OpenContext): Promise<Keys> {
  const stored = new Map<string, SealingKey>([['', keys.derived.meta]]);
  for await (const { name } of ports.store.list('keys/')) {
    const id = name.slice('keys/'.length);
    stored.set(id, await keys.read(id));
  }
  return stored;
}

interface PackToRead {
  readonly name: string;
  readonly size: number;
  readonly keys: Keys;
  readonly wrapped: ReadonlySet<string>;
}

async function textsOfPack(
  context: OpenContext,
  { name, size, keys, wrapped }: PackToRead,
): Promise<string[]> {
  const { store, compute } = context.ports;
  const footerKey = context.keys.derived.footers;
  const { segments } = await readFooter({ store, compute, footerKey, pack: name, length: size });
  const { bytes } = await store.get(name);
  const idBytes = name.startsWith('meta/') ? 16 : 0;
  const texts: string[] = [];
  for (const segment of segments) {
    const sealed = { segment, bytes: bytes.subarray(segment.offset + idBytes) };
    if (segment.segmentKey !== undefined) {
      const candidates = new Set([...wrapped, segment.segmentKey]);
      texts.push(await textOfShared(context, sealed, { keys, candidates }));
      continue;
    }
    const key = keys.get(segment.keyId);
    if (key === undefined) continue;
    const text = await textOf(context, sealed, key);
    texts.push(text);
    if (segment.kind === 'record') texts.push(...(await boxesIn(context, text, keys)));
  }
  return texts;
}

/** Under any key, by whatever is wrapped; empty: nothing opens it. */
async function textOfShared(
  context: OpenContext,
  sealed: Sealed,
  { keys, candidates }: { readonly keys: Keys; readonly candidates: Iterable<string> },
): Promise<string> {
  const { compute } = context.ports;
  const { id } = sealed.segment;
  for (const segmentKey of candidates) {
    for (const key of keys.values()) {
      if (!(key instanceof Uint8Array)) continue;
      const opening = openSegmentKey(compute, key, { id, segmentKey });
      const segment = await opening.catch(undefinedWhenDamaged);
      if (segment !== undefined) return textUnder(context, sealed, segment);
    }
  }
  return '';
}

async function textOf(context: OpenContext, sealed: Sealed, key: SealingKey): Promise<string> {
  const { compute } = context.ports;
  return textUnder(context, sealed, await deriveSegmentKey(compute, key, sealed.segment.id));
}

function textUnder(
  { ports: { compute } }: OpenContext,
  { segment: { kind, frames }, bytes }: Sealed,
  segment: SegmentKey,
): string {
  let text = '';
  let at = 0;
  for (const [number, length] of frames.entries()) {
    const frame = bytes.subarray(at, at + length);
    text += Buffer.from(openFrame(compute, { segment, number, kind }, frame)).toString();
    at += length;
  }
  return text;
}

/** What lies in records as base64: as it is, and opened under any key. */
async function boxesIn(context: OpenContext, sheet: string, keys: Keys): Promise<string[]> {
  const texts: string[] = [];
  for (const [, base64 = ''] of sheet.matchAll(/"(?:names|inline)":"([^"]*)"/g)) {
    const box = Buffer.from(base64, 'base64');
    texts.push(box.toString());
    for (const key of keys.values()) {
      for (const kind of ['names', 'syncState'] as const) {
        const id = box.subarray(0, 16).toString('hex');
        const segment = { id, kind, frames: [box.length - 16] };
        const opened = textOf(context, { segment, bytes: box.subarray(16) }, key);
        texts.push(await opened.catch(() => ''));
      }
    }
  }
  return texts;
}
