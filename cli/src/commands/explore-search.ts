import type { FoundItem, SearchIndexed } from '@firn/shared/rest/schemas/explore';
import { systemClock } from '@firn/shared/time/system-clock';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Context } from '../context.ts';
import { renderTable } from '../output/table.ts';
import { readPages } from './pages.ts';
import { collect, positiveInteger, type Runner } from './resource.ts';

interface SearchOptions {
  readonly retrieval?: string;
  readonly limit: number;
  readonly object?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly minSize?: number;
  readonly maxSize?: number;
  readonly attachment?: boolean;
  readonly class?: string;
  readonly order?: 'date' | 'name' | 'size';
  readonly wait: boolean;
}

const againMs = 1_000;

export function addSearchCommand(explore: Command, run: Runner): void {
  explore
    .command('search <restore-point-id> [words...]')
    .description(
      'find items by words of subject, sender, recipients and folder; quote "a phrase" within quotes',
    )
    .option('--object <id>', 'only in this object (may be repeated)', collect)
    .option('--from <date>', 'not older, ISO 8601', isoDate)
    .option('--to <date>', 'older, ISO 8601', isoDate)
    .option('--min-size <bytes>', 'at least so large', positiveInteger)
    .option('--max-size <bytes>', 'at most so large', positiveInteger)
    .option('--attachment', 'only with attachments')
    .option('--no-attachment', 'only without attachments')
    .option('--class <class>', 'item class, with what lies below: IPM.Note')
    .addOption(
      new Option('--order <order>', 'what they are sorted by').choices(['date', 'name', 'size']),
    )
    .option('--retrieval <id>', 'look into what this retrieval brought')
    .option('--limit <n>', 'at most this many', positiveInteger, 100)
    .option('--no-wait', 'answer with what is indexed now')
    .action((point: string, words: readonly string[], options: SearchOptions, command: Command) =>
      run(command, (context) => search(context, point, { ...options, words })),
    );
}

async function search(
  context: Context,
  restorePoint: string,
  options: SearchOptions & { readonly words: readonly string[] },
): Promise<void> {
  const call = (page: { readonly cursor?: string; readonly limit: number }) =>
    context.client.call('searchItems', {
      params: { restorePoint },
      query: { ...queryOf(options), ...page },
    });
  const indexed = await indexedPoint(context, options.wait, () => call({ limit: 1 }));
  const rows = await readPages<FoundItem>(options.limit, call);
  const columns = [
    { heading: 'DATE', value: ({ date }: FoundItem) => date },
    { heading: 'NAME', value: ({ name }: FoundItem) => name },
    { heading: 'FOLDER', value: ({ path }: FoundItem) => path },
    { heading: 'SIZE', value: ({ size }: FoundItem) => size },
    { heading: 'OBJECT', value: ({ objectId }: FoundItem) => objectId },
    { heading: 'ID', value: ({ itemId }: FoundItem) => itemId },
  ];
  context.terminal.result({ items: rows, indexed }, renderTable(rows, columns));
}

/** Waits until no more objects come to be searched, and tells how many are. */
async function indexedPoint(
  { terminal, signal }: Context,
  wait: boolean,
  ask: () => Promise<{ readonly indexed: SearchIndexed }>,
): Promise<SearchIndexed> {
  for (;;) {
    const { indexed } = await ask();
    const { state, objects, objectsTotal, problem } = indexed;
    if (state !== 'complete') {
      terminal.note(`${objects} of ${objectsTotal} objects can be searched`);
    }
    if (state === 'partial' && problem !== undefined) {
      terminal.note(`the others cannot: ${problem.code}: ${problem.message}`);
    }
    if (state !== 'building' || !wait) return indexed;
    await systemClock.sleep(againMs, signal);
  }
}

function queryOf(options: SearchOptions & { readonly words: readonly string[] }) {
  const query = {
    query: options.words.join(' '),
    retrievalId: options.retrieval,
    objectId: options.object === undefined ? undefined : [...options.object],
    from: options.from,
    to: options.to,
    minSize: options.minSize,
    maxSize: options.maxSize,
    hasAttachment: options.attachment,
    itemClass: options.class,
    order: options.order,
  };
  return Object.fromEntries(
    Object.entries(query).filter(([, value]) => value !== undefined && value !== ''),
  );
}

function isoDate(text: string): string {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new InvalidArgumentError('give a date such as 2026-01-31.');
  return new Date(ms).toISOString();
}
