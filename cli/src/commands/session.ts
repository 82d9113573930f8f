import type { LogEntry, Session, SessionObject } from '@firn/shared/rest/schemas/session';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { describeSession, durationSeconds } from '../output/session-text.ts';
import { type Column, renderTable } from '../output/table.ts';
import { printFindings } from './check.ts';
import { type Page, type PageRequest, readPages } from './pages.ts';
import { addResource, positiveInteger, type Runner } from './resource.ts';
import { finishWork } from './work.ts';

export function addSessionCommands(program: Command, run: Runner): void {
  const session = program.command('session').description('sessions: what ran, runs and will run');
  session
    .command('follow <id>')
    .description('follow a session to its end')
    .action((id: string, _options: unknown, command: Command) =>
      run(command, async (context) => {
        const current = await context.client.call('getSession', { params: { session: id } });
        await finishWork(context, current, {});
      }),
    );
  session
    .command('stop <id>')
    .description('stop a session; what it stored stays')
    .action((id: string, _options: unknown, command: Command) =>
      run(command, async ({ client, terminal }) => {
        const stopped = await client.call('stopSession', { params: { session: id } });
        terminal.result(stopped, describeSession(stopped));
      }),
    );
  session
    .command('findings <id>')
    .description('what a check, a repair or an erasing found')
    .action((id: string, _options: unknown, command: Command) =>
      run(command, (context) => printFindings(context, id)),
    );
  addObjects(session, run);
  addLog(session, run);
  addResource<Session>(session, run, {
    noun: 'session',
    key: 'id',
    columns: sessionColumns,
    list: ({ client }, query) => client.call('listSessions', { query }),
    get: ({ client }, id) => client.call('getSession', { params: { session: id } }),
  });
}

const sessionColumns: readonly Column<Session>[] = [
  { heading: 'CREATED', value: ({ createdAt }) => createdAt },
  { heading: 'KIND', value: ({ kind }) => kind },
  { heading: 'STATE', value: ({ state }) => state },
  { heading: 'SECONDS', value: (row) => durationSeconds(row)?.toFixed(1) },
  { heading: 'ITEMS', value: ({ counts }) => counts?.items },
  { heading: 'ID', value: ({ id }) => id },
];

interface ListSpec<Row> {
  readonly name: string;
  readonly description: string;
  readonly columns: readonly Column<Row>[];
  readonly read: (context: Context, id: string, page: PageRequest) => Promise<Page<Row>>;
}

function addList<Row>(session: Command, run: Runner, spec: ListSpec<Row>): void {
  session
    .command(`${spec.name} <id>`)
    .description(spec.description)
    .option('--limit <n>', 'at most this many', positiveInteger, 1_000)
    .action((id: string, options: { limit: number }, command: Command) =>
      run(command, async (context) => {
        const rows = await readPages(options.limit, (page) => spec.read(context, id, page));
        context.terminal.result(rows, renderTable(rows, spec.columns));
      }),
    );
}

function addObjects(session: Command, run: Runner): void {
  addList<SessionObject>(session, run, {
    name: 'objects',
    description: 'results per protected object',
    columns: [
      { heading: 'OBJECT', value: ({ name }) => name },
      { heading: 'KIND', value: ({ kind }) => kind },
      { heading: 'STATUS', value: ({ status }) => status },
      { heading: 'MODE', value: ({ mode }) => mode },
      { heading: 'ITEMS', value: ({ counts }) => counts.items },
      { heading: 'FAILED', value: ({ counts }) => counts.itemsFailed },
      { heading: 'PROBLEM', value: ({ problem }) => problem?.message },
    ],
    read: ({ client }, id, query) =>
      client.call('listSessionObjects', { params: { session: id }, query }),
  });
}

function addLog(session: Command, run: Runner): void {
  addList<LogEntry>(session, run, {
    name: 'log',
    description: 'the log of a session',
    columns: [
      { heading: 'AT', value: ({ at }) => at },
      { heading: 'LEVEL', value: ({ level }) => level },
      { heading: 'MESSAGE', value: ({ message }) => message },
    ],
    read: ({ client }, id, query) =>
      client.call('listSessionLog', { params: { session: id }, query }),
  });
}
