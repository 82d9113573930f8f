import type { FuzzTarget } from './fuzz-target.ts';
import { frameTargets } from './targets/frames.ts';
import { headerTarget } from './targets/header.ts';
import { keyHolderTarget } from './targets/key-holder.ts';
import { logTargets } from './targets/log.ts';
import { mimeTargets } from './targets/mime.ts';
import { objectTargets } from './targets/objects.ts';
import { packTargets } from './targets/packs.ts';
import { repackTargets } from './targets/repack.ts';
import { runTargets } from './targets/runs.ts';

/** Every parser of docs/repository-format.md and docs/repository-log.md, and of MIME. */
export async function fuzzTargets(): Promise<readonly FuzzTarget[]> {
  return [
    await headerTarget(),
    ...(await frameTargets()),
    ...(await logTargets()),
    ...packTargets(),
    ...runTargets(),
    ...objectTargets(),
    ...(await repackTargets()),
    ...mimeTargets(),
    await keyHolderTarget(),
  ];
}
