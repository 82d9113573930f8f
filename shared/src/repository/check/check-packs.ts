import type { ErrorCode } from '../../errors/codes.ts';
import { isDamage } from '../damaged.ts';
import type { OpenContext } from '../open-context.ts';
import type { BlobInfo } from '../ports.ts';
import type { ExpectedPack } from './check-objects.ts';
import { type Finding, finding, messageOf } from './finding.ts';
import type { BadPart } from './name-affected.ts';
import type { BadFrame } from './pack-frames.ts';
import { referredInMeta } from './referred-meta.ts';
import type { SharedSegmentKeys } from './shared-segment-keys.ts';
import { verifyPack } from './verify-pack.ts';
import type { WholeMeta } from './whole-meta.ts';

export interface PackCheck {
  readonly context: OpenContext;
  readonly contentIdSecrets: readonly Uint8Array[];
  readonly sharedKeys: SharedSegmentKeys;
}

/** Meta packs are hot, and always read in full: in one request. */
export async function checkMetaPack(
  check: PackCheck & { readonly meta: WholeMeta },
  pack: string,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const code = 'E_META_PACK_DAMAGED';
  try {
    const whole = await check.meta.pack(pack);
    const store = { get: async (name: string, range: Range) => sliceOf(name, whole, range) };
    let referred: ReadonlySet<number> | undefined;
    for await (const bad of verifyPack({ ...check, store, pack, length: whole.length })) {
      referred ??= await referredInMeta(check.context, pack);
      findings.push(metaFinding(pack, bad, referred.has(bad.segment.offset)));
    }
  } catch (error) {
    // What objects need of it was read by itself: only the footer may be gone.
    const isGone = isDamage(error) && error.code === 'E_BLOB_NOT_FOUND';
    const severity = isGone ? 'error' : 'warning';
    findings.push(finding({ blob: pack, severity }, code, messageOf(error)));
  }
  return findings;
}

/** What a repair has replaced stays where it is as long as its pack is needed. */
function metaFinding(pack: string, bad: BadFrame, isReferred: boolean): Finding {
  const { objectId, kind } = bad.segment;
  const severity = isReferred ? 'error' : 'warning';
  const nothing = isReferred ? '' : '; no restore point needs it';
  const message = `${describe(bad)} of kind ${kind}: ${bad.message}${nothing}`;
  const subject = { blob: pack, severity, ...(objectId && { objectId }) } as const;
  return finding(subject, 'E_META_PACK_DAMAGED', message);
}

type Range = { readonly offset: number; readonly length: number } | undefined;

function sliceOf(name: string, bytes: Uint8Array, range: Range) {
  const { offset, length } = range ?? { offset: 0, length: bytes.length };
  const info: BlobInfo = {
    ...{ name, size: bytes.length, storageClass: 'hot' as const },
    ...{ modifiedAtMs: 0, rehydrating: false },
  };
  return { info, bytes: bytes.subarray(offset, offset + length) };
}

/** What the listing says of a pack that objects refer to; undefined: nothing is wrong. */
export function listingProblem(
  pack: string,
  info: BlobInfo | undefined,
  { exactLength, lengthMin }: ExpectedPack,
): BadPart | undefined {
  const bad = (code: ErrorCode, message: string) => ({ pack, frames: undefined, code, message });
  if (info === undefined) return bad('E_PACK_MISSING', 'it is missing');
  const { size } = info;
  if (exactLength > 0 && size !== exactLength) {
    return bad('E_PACK_LENGTH', `it has ${size} bytes, not ${exactLength}`);
  }
  return size < lengthMin ? bad('E_PACK_LENGTH', `it has only ${size} bytes`) : undefined;
}

/** Reads a data pack in full; undefined: it is sound. */
export async function readDataPack(
  check: PackCheck,
  { name: pack, size: length }: BlobInfo,
): Promise<BadPart | undefined> {
  const code = 'E_PACK_DAMAGED';
  const { store } = check.context.ports;
  try {
    const frames = new Set<string>();
    let message = '';
    for await (const bad of verifyPack({ ...check, store, pack, length })) {
      message ||= `${describe(bad)}: ${bad.message}`;
      for (const frame of framesOf(bad)) frames.add(frame);
    }
    if (frames.size === 0) return undefined;
    const more = frames.size > 1 ? `; ${frames.size} frames in all` : '';
    return { pack, frames, code, message: `${message}${more}` };
  } catch (error) {
    // Without its footer nothing is known of the frames: all of them are suspect.
    return { pack, frames: undefined, code, message: messageOf(error) };
  }
}

function describe({ segment, frame }: BadFrame): string {
  return `${frame === undefined ? 'all frames' : `frame ${frame}`} of segment ${segment.id}`;
}

function framesOf({ segment, frame }: BadFrame): string[] {
  const numbers = frame === undefined ? [...segment.frames.keys()] : [frame];
  return numbers.map((number) => `${segment.id}/${number}`);
}
