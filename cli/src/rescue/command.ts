import type { CatalogItem } from '@firn/shared/repository/catalog/row';
import type { OnLostRows } from '@firn/shared/repository/object/object-state';
import { Command, InvalidArgumentError } from 'commander';
import { collect, positiveInteger } from '../commands/resource.ts';
import { exitCode } from '../exit-code.ts';
import { formatBytes } from '../output/quantity.ts';
import { renderTable } from '../output/table.ts';
import { makeTerminal, type Terminal } from '../output/terminal.ts';
import { type FoundItem, itemsOf } from './find-items.ts';
import { FolderTree, folderNotFound } from './folder-tree.ts';
import { type ItemQuery, matches, senderOf } from './item-filter.ts';
import { tellingLostParts } from './lost-parts.ts';
import { openForRescue, openPoint, type RescueOptions } from './open-rescue.ts';
import type { Caller } from './patient-ports.ts';
import { problemText } from './problem-text.ts';
import { restoreToFiles } from './restore-to-files.ts';
import { addUndelete } from './undelete-command.ts';

interface CommonOptions extends RescueOptions {
  readonly json?: boolean;
}

interface ItemsOptions extends CommonOptions, ItemQuery {
  readonly object?: readonly string[];
  readonly folder?: string;
  readonly limit: number;
}

interface RestoreOptions extends CommonOptions {
  readonly object?: readonly string[];
  readonly folder?: string;
  readonly item?: readonly string[];
  readonly to: string;
}

/** `firn rescue`: from the storage and the password alone. */
export function makeRescueCommand(signal: AbortSignal): Command {
  const rescue = new Command('rescue')
    .description(
      'list, browse, search and restore to files from the storage alone: no controller, no proxy',
    )
    .showHelpAfterError('(--help shows the options)')
    .exitOverride();
  const caller = { streams: process, signal };
  addList(rescue, caller);
  addBrowse(rescue, caller);
  addSearch(rescue, caller);
  addRestore(rescue, caller);
  addUndelete(rescue, signal);
  return rescue;
}

function addCommand(rescue: Command, name: string, description: string): Command {
  return rescue
    .command(name)
    .description(description)
    .requiredOption('--storage <place>', 'a folder, azure://account/container/…, s3://bucket/…')
    .option(
      '--password-file <file>',
      'password of the repository, - for the standard input; default: FIRN_REPOSITORY_PASSWORD, or asked for',
    )
    .option('--key-service-file <file>', 'keys of the key service, if they open it')
    .option('--point <id>', 'restore point; default: the newest')
    .option('--json', 'print results as JSON');
}

function terminalOf({ json }: CommonOptions): Terminal {
  return makeTerminal(json === true);
}

function addList(rescue: Command, caller: Caller): void {
  addCommand(rescue, 'list', 'jobs and restore points; with --point: its objects').action(
    async (options: CommonOptions) => {
      if (options.point !== undefined) return listObjects(options, caller);
      const repository = await openForRescue(options, caller);
      const rows = repository.restorePoints().map(({ committedAtMs, ...point }) => ({
        ...point,
        createdAt: new Date(committedAtMs).toISOString(),
      }));
      const text = renderTable(rows, [
        { heading: 'JOB', value: ({ jobId }) => jobId },
        { heading: 'POINT', value: ({ pointId }) => pointId },
        { heading: 'CREATED', value: ({ createdAt }) => createdAt },
        { heading: 'OBJECTS', value: ({ objects }) => objects },
        { heading: 'PARTIAL', value: ({ partial }) => (partial ? 'yes' : 'no') },
      ]);
      terminalOf(options).result(rows, text);
    },
  );
}

async function listObjects(options: CommonOptions, caller: Caller): Promise<void> {
  const rows = [];
  for await (const { failure, ...object } of (await openPoint(options, caller)).objects()) {
    if (failure !== undefined) tellProblem(`object ${object.objectId}: ${problemText(failure)}`);
    rows.push({ ...object, failed: failure && { code: failure.code, message: failure.message } });
  }
  const text = renderTable(rows, [
    { heading: 'OBJECT', value: ({ objectId }) => objectId },
    { heading: 'KIND', value: ({ kind }) => kind },
    { heading: 'NAME', value: ({ displayName }) => displayName },
    { heading: 'USER', value: ({ userPrincipalName }) => userPrincipalName },
    { heading: 'FOLDERS', value: ({ folders }) => folders },
    { heading: 'ITEMS', value: ({ items }) => items },
    {
      heading: 'FAILED',
      value: ({ failed, failedItems }) => failed?.code ?? failedItems,
    },
  ]);
  terminalOf(options).result(rows, text);
}

function addBrowse(rescue: Command, caller: Caller): void {
  addCommand(rescue, 'browse', 'folders of an object; with --folder: the items in it')
    .requiredOption('--object <id>', 'the object')
    .option('--folder <path>', 'names from the top, joined by /')
    .option('--limit <n>', 'items at most', positiveInteger, 1_000)
    .action(async (options: Omit<ItemsOptions, 'object'> & { readonly object: string }) => {
      const point = await openPoint(options, caller);
      const reader = await point.object(options.object, onLostRows(options.object));
      const tree = await FolderTree.read(reader.folders());
      const { folder } = options;
      if (folder === undefined) return printFolders(options, tree, reader.items());
      if (tree.below(folder).size === 0) throw folderNotFound(folder);
      const objectIds = [options.object];
      const selection = { objectIds, folder, limit: options.limit, onProblem: tellProblem };
      return printItems(
        options,
        itemsOf(point, selection, (item) => tree.path(item.folderId) === trimmed(folder)),
      );
    });
}

function onLostRows(objectId: string): OnLostRows {
  return tellingLostParts(objectId, tellProblem);
}

function tellProblem(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = exitCode.warning;
}

async function printFolders(
  options: CommonOptions,
  tree: FolderTree,
  items: AsyncIterable<CatalogItem>,
): Promise<void> {
  const counts = new Map<string, number>();
  for await (const { folderId } of items) counts.set(folderId, (counts.get(folderId) ?? 0) + 1);
  const rows = [...tree.entries()]
    .map(([folderId, path]) => ({ path, items: counts.get(folderId) ?? 0, folderId }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const text = renderTable(rows, [
    { heading: 'FOLDER', value: ({ path }) => path },
    { heading: 'ITEMS', value: ({ items: count }) => count },
  ]);
  terminalOf(options).result(rows, text);
}

function addSearch(rescue: Command, caller: Caller): void {
  addCommand(rescue, 'search', 'items by words, sender, date and size')
    .option('--object <id>', 'only in this object; may be repeated', collect)
    .option('--folder <path>', 'only in this folder and those below it')
    .option('--text <words>', 'all of the words, in subject, name, sender or recipients')
    .option('--sender <text>', 'part of the name or address')
    .option('--since <date>', 'from this ISO date on', isoDate)
    .option('--before <date>', 'before this ISO date', isoDate)
    .option('--size-min <bytes>', 'at least so large', positiveInteger)
    .option('--size-max <bytes>', 'at most so large', positiveInteger)
    .option('--limit <n>', 'items at most', positiveInteger, 1_000)
    .action(async (options: ItemsOptions) => {
      const point = await openPoint(options, caller);
      const { object: objectIds = point.objectIds, folder = '', limit } = options;
      const selection = { objectIds, folder, limit, onProblem: tellProblem };
      const found = itemsOf(point, selection, (item) => matches(item, options));
      return printItems(options, found);
    });
}

async function printItems(options: CommonOptions, items: AsyncIterable<FoundItem>): Promise<void> {
  const rows = [];
  for await (const { objectId, folder, item } of items) {
    const { itemId, name, date, size, type } = item;
    rows.push({ objectId, folder, itemId, name, date, size, type, sender: senderOf(item) });
  }
  const text = renderTable(rows, [
    { heading: 'DATE', value: ({ date }) => date },
    { heading: 'SIZE', value: ({ size }) => size },
    { heading: 'SENDER', value: ({ sender }) => sender },
    { heading: 'FOLDER', value: ({ folder }) => folder },
    { heading: 'NAME', value: ({ name }) => name },
    { heading: 'ITEM', value: ({ itemId }) => itemId },
  ]);
  terminalOf(options).result(rows, text);
}

function addRestore(rescue: Command, caller: Caller): void {
  addCommand(rescue, 'restore', 'write items as files; run again, it goes on')
    .requiredOption('--to <folder>', 'where the files go')
    .option('--object <id>', 'only this object; may be repeated', collect)
    .option('--folder <path>', 'only this folder and those below it')
    .option('--item <id>', 'only this item; may be repeated', collect)
    .option('--retrieval <id>', 'packs of a copy that this retrieval has thawed')
    .action((options: RestoreOptions) => restore(options, caller));
}

async function restore(options: RestoreOptions, caller: Caller): Promise<void> {
  const terminal = terminalOf(options);
  const { to: target, object, folder, item } = options;
  const counts = await restoreToFiles({
    ...{ point: await openPoint(options, caller), target, folder, signal: caller.signal },
    objectIds: object && new Set(object),
    itemIds: item && new Set(item),
    onProblem: (message) => process.stderr.write(`${message}\n`),
  });
  const { objects, items, bytes, kept, failed, verified, mismatched } = counts;
  const lines = [
    `${objects} objects, ${items} items (${formatBytes(bytes)}) written, ${kept} were there`,
    `${verified} files verified, ${mismatched} are not as written, ${failed} could not be restored`,
  ];
  terminal.result(counts, lines.join('\n'));
  if (mismatched > 0) process.exitCode = exitCode.failed;
  else if (failed > 0) process.exitCode = exitCode.warning;
}

function trimmed(path: string): string {
  return path.replace(/^\/+|\/+$/g, '');
}

function isoDate(text: string): string {
  if (Number.isNaN(Date.parse(text))) throw new InvalidArgumentError('give an ISO date.');
  return new Date(text).toISOString();
}
