import { createFolder, putFile } from '../../domain/drive/create-item.ts';
import type { DriveItem, FileTimes } from '../../domain/drive/drive-item.ts';
import { drawFileName, drawFolderName } from '../../domain/drive/drive-names.ts';
import type { DriveTree } from '../../domain/drive/drive-tree.ts';
import { mimeTypeOf } from '../../domain/drive/mime-type.ts';
import type { RandomStream } from '../../domain/random-stream.ts';
import type { Hasher } from '../../ports/hasher.ts';
import { drawContent, type SizeClass } from './draw-content.ts';

const DEPTH_MAX = 4;
const FILES_PER_FOLDER = 4;
const YEAR_MS = 365 * 86_400_000;

/** Fills an empty drive: nested folders, and among the files an empty and a large one. */
export function seedDrive(
  tree: DriveTree,
  plan: { random: RandomStream; files: number; hasher: Hasher },
): void {
  const { random, files, hasher } = plan;
  const folders = growFolders(tree, random.fork('folders'), Math.ceil(files / FILES_PER_FOLDER));
  for (let n = 0; n < files; n += 1) {
    const fileRandom = random.fork(`file ${n}`);
    addDrawnFile(tree, {
      random: fileRandom,
      parent: fileRandom.pick(folders),
      sizeClass: FIRST_SIZES[n],
      hasher,
    });
  }
}

/** The first files of a drive, so that every drive of three files has each class. */
const FIRST_SIZES: readonly (SizeClass | undefined)[] = ['small', 'empty', 'large'];

/** Adds a file with a drawn name, drawn bytes and dates in the past. */
export function addDrawnFile(
  tree: DriveTree,
  plan: {
    random: RandomStream;
    parent: DriveItem;
    sizeClass?: SizeClass | undefined;
    hasher: Hasher;
  },
): DriveItem {
  const { random, parent, sizeClass, hasher } = plan;
  const name = drawFileName(random);
  const { item } = putFile(tree, {
    parentId: parent.id,
    name,
    conflict: 'rename',
    mimeType: mimeTypeOf(name),
    content: drawContent(random, { name, hasher, ...(sizeClass ? { sizeClass } : {}) }),
    times: drawTimes(random, tree.nowMs()),
  });
  return item;
}

/** Made up to five years ago, changed some time since. */
export function drawTimes(random: RandomStream, nowMs: number): FileTimes {
  const createdAtMs = nowMs - YEAR_MS / 12 - Math.floor(random.next() * 5 * YEAR_MS);
  const modifiedAtMs = createdAtMs + Math.floor(random.next() * (nowMs - createdAtMs));
  return { createdAtMs, modifiedAtMs };
}

function growFolders(tree: DriveTree, random: RandomStream, count: number): DriveItem[] {
  const folders = [tree.root];
  for (let n = 0; n < count; n += 1) {
    const parent = random.pick(folders.filter((each) => tree.namesTo(each).length < DEPTH_MAX));
    const { item } = createFolder(tree, {
      parentId: parent.id,
      name: drawFolderName(random),
      conflict: 'rename',
      times: drawTimes(random, tree.nowMs()),
    });
    folders.push(item);
  }
  return folders;
}
