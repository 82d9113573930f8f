import type { Finding, Session } from '@firn/shared/rest/schemas/session';
import { type Command, InvalidArgumentError } from 'commander';
import type { Context } from '../context.ts';
import { followToEnd } from '../follow-session.ts';
import { printable } from '../output/printable.ts';
import { describeSession } from '../output/session-text.ts';
import type { Runner } from './resource.ts';
import { detachOption, exitCodeOf, finishWork, idempotencyKey } from './work.ts';

interface CheckOptions {
  /** true: all; a number: percent. */
  readonly readData?: true | number;
  readonly seed?: string;
  readonly resume?: string;
  readonly detach?: boolean;
}

interface RepairOptions {
  readonly dryRun?: boolean;
  readonly readData?: boolean;
  readonly detach?: boolean;
}

export function addCheckCommands(repository: Command, run: Runner): void {
  addCheck(repository, run);
  addRepair(repository, run);
}

function addCheck(repository: Command, run: Runner): void {
  repository
    .command('check <id-or-name>')
    .description('find what is damaged: the structure, and of packs existence, length and class')
    .option('--read-data [percent]', 'also read data packs that can be read, or so many', percent)
    .option('--seed <text>', 'which packs the percentage takes; default: others each time')
    .option('--resume <session>', 'follow a check that is still under way')
    .option(...detachOption)
    .addHelpText(
      'after',
      '\nExit code 5: something is damaged; each finding says what to do. Packs in an archive class are never read.',
    )
    .action((idOrName: string, options: CheckOptions, command: Command) =>
      run(command, async (context) => {
        const session = await startCheck(context, idOrName, options);
        if (options.detach === true) await finishWork(context, session, options);
        else await printWork(context, await followToEnd(context, session), 'no damage found');
      }),
    );
}

function startCheck(
  { client }: Context,
  idOrName: string,
  { readData, seed, resume }: CheckOptions,
): Promise<Session> {
  if (resume !== undefined) return client.call('getSession', { params: { session: resume } });
  return client.call('checkRepository', {
    params: { repository: idOrName },
    body: {
      readData: readData !== undefined,
      ...(typeof readData === 'number' ? { percent: readData } : {}),
      ...(seed === undefined ? {} : { seed }),
    },
    idempotencyKey: idempotencyKey(),
  });
}

function addRepair(repository: Command, run: Runner): void {
  repository
    .command('repair <id-or-name>')
    .description('rebuild what can be rebuilt, and mark what is lost for the next backup')
    .option('--dry-run', 'tell what would be done, and write nothing')
    .option('--read-data', 'also look for damage inside of data packs')
    .option(...detachOption)
    .addHelpText(
      'after',
      '\nRun it with --dry-run first: it tells the same. Then run the backup or copy job, which reads again what is marked as lost, and check.',
    )
    .action((idOrName: string, options: RepairOptions, command: Command) =>
      run(command, async (context) => {
        const session = await context.client.call('repairRepository', {
          params: { repository: idOrName },
          body: { dryRun: options.dryRun === true, readData: options.readData === true },
          idempotencyKey: idempotencyKey(),
        });
        if (options.detach === true) await finishWork(context, session, options);
        else await printWork(context, await followToEnd(context, session), 'nothing to repair');
      }),
    );
}

/** `50` and `50%`. */
function percent(text: string): number {
  const value = Number(text.replace(/%$/, ''));
  if (Number.isInteger(value) && value >= 1 && value <= 100) return value;
  throw new InvalidArgumentError('give a percentage from 1 to 100.');
}

/**
 * Findings and outcome of a session that has ended; `good` is said of a success that found
 * nothing but notes. With --json nothing of the run itself, so that two checks can be compared.
 */
export async function printWork(context: Context, session: Session, good?: string): Promise<void> {
  const { terminal } = context;
  const findings: unknown[] = [];
  let onlyNotes = true;
  for await (const found of readFindings(context, session.id)) {
    if (found.severity !== 'note') onlyNotes = false;
    if (terminal.json) findings.push(comparable(found));
    else terminal.note(findingText(found));
  }
  const { state: result, problem } = session;
  const isGood = good !== undefined && onlyNotes && result === 'success';
  const text = describeSession(session) + (isGood ? `\n  ${good}` : '');
  terminal.result({ result, problem, findings }, text);
  context.exitWith(exitCodeOf(session));
}

function comparable({ number: _, ...found }: Finding) {
  return found;
}

/** The findings of a check: a line each, with the items they affect. */
export async function printFindings(context: Context, sessionId: string): Promise<void> {
  const findings: Finding[] = [];
  for await (const found of readFindings(context, sessionId)) findings.push(found);
  context.terminal.result(findings, findings.map(findingText).join('\n'));
}

async function* readFindings({ client }: Context, sessionId: string): AsyncGenerator<Finding> {
  let cursor: string | undefined;
  do {
    const page = await client.call('listSessionFindings', {
      params: { session: sessionId },
      query: { limit: 100, ...(cursor === undefined ? {} : { cursor }) },
    });
    yield* page.items;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}

const itemsShown = 20;

/** What it is, what it affects, and what to do. */
function findingText(found: Finding): string {
  const { severity, blob, objectId, items, points, problem } = found;
  const where = [blob, objectId].filter((part) => part !== undefined).join(', ');
  const lines = [
    `${severity}: ${where}: ${printable(problem?.message ?? '')} (${problem?.code ?? ''})`,
  ];
  if (items.length > 0) {
    const more = items.length > itemsShown ? `, and ${items.length - itemsShown} more` : '';
    lines.push(`  items: ${items.slice(0, itemsShown).join(', ')}${more}`);
  }
  if (points.length > 0) lines.push(`  restore points: ${points.join(', ')}`);
  if (severity !== 'note' && problem !== undefined) lines.push(`  ${problem.help}`);
  return lines.join('\n');
}
