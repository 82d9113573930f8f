import { decodeJson } from '../json.ts';
import { isCount, isHexOf, isListOf, isRecordOf, isText } from '../shape.ts';
import type { Levels, RunDirectory, RunRef } from './run-layout.ts';

const isRunRef = isRecordOf<RunRef>({
  pack: isText,
  offset: isCount,
  length: isCount,
  segment: isHexOf(16),
  directory: isCount,
  frames: isCount,
  first: isText,
  last: isText,
  entries: isCount,
});

/** Of a list of levels, as records hold them. */
export const isLevels = isListOf(isListOf(isRunRef)) satisfies (value: unknown) => value is Levels;

const isFrame = isRecordOf<RunDirectory['frames'][number]>({ first: isText, length: isCount });

const isDirectory = isRecordOf<RunDirectory>({
  entries: isCount,
  frames: isListOf(isFrame),
  last: isText,
  segments: isListOf(isHexOf(16)),
});

/** E_REPOSITORY_DAMAGED */
export function decodeDirectory(frame: Uint8Array): RunDirectory {
  return decodeJson(frame, isDirectory);
}
