import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { type Context, makeContext } from '../context.ts';
import { type Column, renderTable } from '../output/table.ts';
import { type Page, type PageRequest, readPages } from './pages.ts';

/** Runs a command's body with a context, and closes it afterwards. */
export type Runner = (command: Command, body: (context: Context) => Promise<void>) => Promise<void>;

export function makeRunner(signal: AbortSignal): Runner {
  return async (command, body) => {
    const context = makeContext(command, signal);
    try {
      await body(context);
    } finally {
      context.close();
    }
  };
}

/** The part that every kind of resource has: list, show, delete. */
export interface Resource<Row> {
  readonly noun: string;
  /** What `show` and `delete` take: some resources have no name. */
  readonly key?: 'id' | 'id-or-name';
  readonly columns: readonly Column<Row>[];
  readonly list: (context: Context, page: PageRequest) => Promise<Page<Row>>;
  readonly get: (context: Context, idOrName: string) => Promise<Row>;
  readonly remove?: (context: Context, idOrName: string) => Promise<unknown>;
}

export function addResource<Row>(parent: Command, run: Runner, resource: Resource<Row>): void {
  const { noun, columns, remove, key = 'id-or-name' } = resource;
  parent
    .command('list')
    .description(`list the ${pluralOf(noun)}`)
    .option('--limit <n>', 'at most this many', positiveInteger, 100)
    .action((options: { limit: number }, command: Command) =>
      run(command, async (context) => {
        const rows = await readPages(options.limit, (page) => resource.list(context, page));
        context.terminal.result(rows, renderTable(rows, columns));
      }),
    );
  parent
    .command(`show <${key}>`)
    .description(`show one ${noun}`)
    .action((idOrName: string, _options: unknown, command: Command) =>
      run(command, async (context) => {
        const row = await resource.get(context, idOrName);
        context.terminal.result(row, JSON.stringify(row, undefined, 2));
      }),
    );
  if (remove === undefined) return;
  parent
    .command(`delete <${key}>`)
    .description(`delete ${/^[aeiou]/i.test(noun) ? 'an' : 'a'} ${noun}`)
    .action((idOrName: string, _options: unknown, command: Command) =>
      run(command, async (context) => {
        await remove(context, idOrName);
        context.terminal.result({ deleted: idOrName }, `${noun} ${idOrName} deleted`);
      }),
    );
}

function pluralOf(noun: string): string {
  return noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`;
}

/** Parser of options that are whole numbers of at least 1. */
export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError('give a whole number of at least 1.');
  }
  return value;
}

/** Parser of options that are whole numbers, 0 too. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < 0) {
    throw new InvalidArgumentError('give a whole number of at least 0.');
  }
  return value;
}

/** Collects an option that may be given several times. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
