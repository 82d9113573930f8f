import type { OpenContext } from '../../src/repository/open-context.ts';
import type { PackSegment } from '../../src/repository/pack/pack-layout.ts';
import { readFooter } from '../../src/repository/pack/read-footer.ts';
import type { SealingKey } from '../../src/repository/segment/epoch-keys.ts';
import { openFrame } from '../../src/repository/segment/frame.ts';
import { deriveSegmentKey } from '../../src/repository/segment/segment-key.ts';

/** Key id → key; '' is the repository's own. */
type Keys = ReadonlyMap<string, SealingKey>;

interface Sealed {
  readonly segment: Pick<PackSegment, 'id' | 'kind' | 'frames'>;
  /** From its first frame on. */
  readonly bytes: Uint8Array;
}

/**
 * All that whoever has the root key can open, as text: every segment under the
 * repository's own keys or under a key that is stored, and every box in a record.
 */
export async function everythingReadable(context: OpenContext): Promise<string> {
  const keys = await storedKeys(context);
  const texts: string[] = [];
  for (const prefix of ['packs/', 'meta/']) {
    for await (const { name, size } of context.ports.store.list(prefix)) {
      texts.push(...(await textsOfPack(context, { name, size, keys })));
    }
  }
  return texts.join('\n');
}

async function storedKeys({ ports, keys }: OpenContext): Promise<Keys> {
  const stored = new Map<string, SealingKey>([['', keys.derived.meta]]);
  for await (const { name } of ports.store.list('keys/')) {
    const id = name.slice('keys/'.length);
    stored.set(id, await keys.read(id));
  }
  return stored;
}

async function textsOfPack(
  context: OpenContext,
  { name, size, keys }: { readonly name: string; readonly size: number; readonly keys: Keys },
): Promise<string[]> {
  const { store, compute } = context.ports;
  const footerKey = context.keys.derived.footers;
  const { segments } = await readFooter({ store, compute, footerKey, pack: name, length: size });
  const { bytes } = await store.get(name);
  const idBytes = name.startsWith('meta/') ? 16 : 0;
  const texts: string[] = [];
  for (const segment of segments) {
    const key = keys.get(segment.keyId);
    const sealed = { segment, bytes: bytes.subarray(segment.offset + idBytes) };
    if (key === undefined) continue;
    const text = await textOf(context, sealed, key);
    texts.push(text);
    if (segment.kind === 'record') texts.push(...(await boxesIn(context, text, keys)));
  }
  return texts;
}

async function textOf(
  { ports: { compute } }: OpenContext,
  { segment: { id, kind, frames }, bytes }: Sealed,
  key: SealingKey,
): Promise<string> {
  const segment = await deriveSegmentKey(compute, key, id);
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
