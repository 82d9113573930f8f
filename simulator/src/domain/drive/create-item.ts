import { DriveError } from './drive-error.ts';
import { type DriveItem, type FileTimes, isContainer, toWholeSeconds } from './drive-item.ts';
import type { DriveTree } from './drive-tree.ts';
import type { FileContent } from './file-content.ts';
import { alternativeName, checkItemName } from './item-name.ts';

/** What to do when the folder already has an item of that name. */
export type ConflictBehavior = 'fail' | 'replace' | 'rename';

export type Saved = { readonly item: DriveItem; readonly created: boolean };

export type FolderRequest = {
  readonly parentId: string;
  readonly name: string;
  readonly conflict: ConflictBehavior;
  readonly times?: FileTimes | undefined;
  /** Makes a OneNote notebook instead of a folder. */
  readonly isNotebook?: boolean;
};

/** `replace` on an existing folder gives that folder: the service does not replace folders. */
export function createFolder(tree: DriveTree, request: FolderRequest): Saved {
  const parent = containerAt(tree, request.parentId);
  checkName(tree, parent, request.name);
  const existing = tree.childNamed(parent.id, request.name);
  if (existing && request.conflict === 'replace' && isContainer(existing)) {
    return { item: existing, created: false };
  }
  if (existing && request.conflict !== 'rename') throw nameTaken();
  const item = tree.insert({
    parentId: parent.id,
    name: existing ? freeName(tree, parent, request.name) : request.name,
    kind: request.isNotebook ? 'package' : 'folder',
    times: wholeSeconds(request.times),
  });
  return { item, created: true };
}

export type FileRequest = {
  readonly parentId: string;
  readonly name: string;
  readonly conflict: ConflictBehavior;
  readonly content: FileContent;
  readonly mimeType: string;
  readonly times?: FileTimes | undefined;
};

/** `replace` keeps the id of the existing file and gives it another version. */
export function putFile(tree: DriveTree, request: FileRequest): Saved {
  const parent = containerAt(tree, request.parentId);
  checkName(tree, parent, request.name);
  const existing = tree.childNamed(parent.id, request.name);
  if (existing && request.conflict === 'replace') {
    const item = replaceContent(tree, existing.id, request);
    return { item, created: false };
  }
  if (existing && request.conflict === 'fail') throw nameTaken();
  const item = tree.insert({
    parentId: parent.id,
    name: existing ? freeName(tree, parent, request.name) : request.name,
    kind: 'file',
    times: wholeSeconds(request.times),
    mimeType: request.mimeType,
    content: request.content,
  });
  return { item, created: true };
}

/** Adds a version. Without `times` the file counts as modified now. */
export function replaceContent(
  tree: DriveTree,
  id: string,
  request: { content: FileContent; times?: FileTimes | undefined },
): DriveItem {
  const item = tree.get(id);
  if (item.kind !== 'file') throw nameTaken();
  tree.addVersion(item, request.content);
  item.malware = undefined;
  item.cTagVersion += 1;
  item.times = wholeSeconds(request.times) ?? {
    createdAtMs: item.times.createdAtMs,
    modifiedAtMs: toWholeSeconds(tree.nowMs()),
  };
  tree.touch(item);
  return item;
}

/** Throws nameAlreadyExists when a file may not get this name under this behaviour. */
export function checkConflict(
  tree: DriveTree,
  request: { parentId: string; name: string; conflict: ConflictBehavior },
): void {
  const parent = containerAt(tree, request.parentId);
  checkName(tree, parent, request.name);
  const existing = tree.childNamed(parent.id, request.name);
  if (!existing || request.conflict === 'rename') return;
  if (request.conflict === 'fail' || isContainer(existing)) throw nameTaken();
}

export function checkName(tree: DriveTree, parent: DriveItem, name: string): void {
  checkItemName(name, { atRoot: parent === tree.root });
  tree.checkPath(parent, name);
}

export function containerAt(tree: DriveTree, id: string): DriveItem {
  const parent = tree.get(id);
  if (!isContainer(parent)) {
    throw new DriveError('invalidRequest', 'The parent is not a folder.');
  }
  return parent;
}

export function nameTaken(): DriveError {
  return new DriveError(
    'nameAlreadyExists',
    'An item with the same name already exists under the parent.',
  );
}

export function freeName(tree: DriveTree, parent: DriveItem, name: string): string {
  for (let n = 1; ; n += 1) {
    const candidate = alternativeName(name, n);
    if (!tree.childNamed(parent.id, candidate)) return candidate;
  }
}

function wholeSeconds(times: FileTimes | undefined): FileTimes | undefined {
  if (!times) return undefined;
  return {
    createdAtMs: toWholeSeconds(times.createdAtMs),
    modifiedAtMs: toWholeSeconds(times.modifiedAtMs),
  };
}
