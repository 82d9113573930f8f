import type { ExploreFolder, ExploreItem, ExploreObject } from '@firn/shared/rest/schemas/explore';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { type Column, renderTable } from '../output/table.ts';
import { addSearchCommand } from './explore-search.ts';
import { type Page, type PageRequest, readPages } from './pages.ts';
import { positiveInteger, type Runner } from './resource.ts';

interface ExploreOptions {
  readonly retrieval?: string;
  readonly limit: number;
}

interface View<Row> {
  readonly columns: readonly Column<Row>[];
  readonly read: (
    context: Context,
    query: PageRequest & { readonly retrievalId?: string },
  ) => Promise<Page<Row>>;
}

export function addExploreCommands(program: Command, run: Runner): void {
  const explore = program.command('explore').description('look into a restore point');
  withOptions(explore.command('objects <restore-point-id>'), 'its protected objects').action(
    (restorePoint: string, options: ExploreOptions, command: Command) =>
      run(command, (context) =>
        print<ExploreObject>(context, options, {
          columns: [
            { heading: 'OBJECT', value: ({ name }) => name },
            { heading: 'KIND', value: ({ kind }) => kind },
            { heading: 'ITEMS', value: ({ items }) => items },
            { heading: 'FAILED', value: ({ failed }) => failed?.code },
            { heading: 'ID', value: ({ objectId }) => objectId },
          ],
          read: ({ client }, query) =>
            client.call('exploreObjects', { params: { restorePoint }, query }),
        }),
      ),
  );
  addFolders(explore, run);
  addItems(explore, run);
  addSearchCommand(explore, run);
}

function addFolders(explore: Command, run: Runner): void {
  withOptions(
    explore.command('folders <restore-point-id> <object-id>'),
    'the folders of an object',
  ).action((restorePoint: string, objectId: string, options: ExploreOptions, command: Command) =>
    run(command, (context) =>
      print<ExploreFolder>(context, options, {
        columns: [
          { heading: 'FOLDER', value: ({ name }) => name },
          { heading: 'TYPE', value: ({ type }) => type },
          { heading: 'ID', value: ({ folderId }) => folderId },
          { heading: 'PARENT', value: ({ parentId }) => parentId },
        ],
        read: ({ client }, query) =>
          client.call('exploreFolders', { params: { restorePoint, objectId }, query }),
      }),
    ),
  );
}

function addItems(explore: Command, run: Runner): void {
  withOptions(
    explore.command('items <restore-point-id> <object-id> <folder-id>'),
    'the items of a folder',
  ).action(
    (
      restorePoint: string,
      objectId: string,
      folderId: string,
      options: ExploreOptions,
      command: Command,
    ) =>
      run(command, (context) =>
        print<ExploreItem>(context, options, {
          columns: [
            { heading: 'DATE', value: ({ date }) => date },
            { heading: 'NAME', value: ({ name }) => name },
            { heading: 'TYPE', value: ({ type }) => type },
            { heading: 'SIZE', value: ({ size }) => size },
            { heading: 'ID', value: ({ itemId }) => itemId },
          ],
          read: ({ client }, query) =>
            client.call('exploreItems', { params: { restorePoint, objectId, folderId }, query }),
        }),
      ),
  );
}

function withOptions(command: Command, description: string): Command {
  return command
    .description(description)
    .option('--retrieval <id>', 'look into what this retrieval brought')
    .option('--limit <n>', 'at most this many', positiveInteger, 1_000);
}

async function print<Row>(context: Context, options: ExploreOptions, view: View<Row>) {
  const retrieval = options.retrieval === undefined ? {} : { retrievalId: options.retrieval };
  const rows = await readPages(options.limit, (page) =>
    view.read(context, { ...page, ...retrieval }),
  );
  context.terminal.result(rows, renderTable(rows, view.columns));
}
