import type { Schedule, Slot } from '@firn/shared/rest/schemas/schedule';
import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { type Column, renderTable } from '../../output/table.ts';
import { type Page, type PageRequest, readPages } from '../pages.ts';
import { positiveInteger, type Runner } from '../resource.ts';
import { describeSchedule, wallTime } from './schedule-text.ts';

interface ScheduledJob {
  readonly name: string;
  readonly schedule: Schedule;
  readonly enabled: boolean;
  readonly nextRunAt?: string;
}

/** What backup jobs and copy jobs have in common. */
export interface ScheduledKind {
  readonly noun: string;
  get(context: Context, idOrName: string): Promise<ScheduledJob>;
  setEnabled(context: Context, idOrName: string, enabled: boolean): Promise<ScheduledJob>;
  slots(context: Context, idOrName: string, page: PageRequest): Promise<Page<Slot>>;
}

const slotsDefault = 10;

export function addScheduleCommands(parent: Command, run: Runner, kind: ScheduledKind): void {
  parent
    .command('schedule <id-or-name>')
    .description(`show when a ${kind.noun} runs next, and what became of its last times`)
    .option('--limit <n>', 'at most this many times', positiveInteger, slotsDefault)
    .action((idOrName: string, { limit }: { limit: number }, command: Command) =>
      run(command, async (context) => {
        const job = await kind.get(context, idOrName);
        const slots = await readPages(limit, (page) => kind.slots(context, idOrName, page));
        const { name, schedule, enabled, nextRunAt } = job;
        const text = [`${name}\n${describeSchedule(job)}`];
        if (slots.length > 0) text.push('', renderTable(slots, columnsIn(schedule.timeZone)));
        const next = nextRunAt === undefined ? {} : { nextRunAt };
        context.terminal.result({ name, schedule, enabled, ...next, slots }, text.join('\n'));
      }),
    );
  for (const [verb, enabled] of [
    ['enable', true],
    ['disable', false],
  ] as const) {
    parent
      .command(`${verb} <id-or-name>`)
      .description(
        enabled ? `let a ${kind.noun} run by its schedule` : `run a ${kind.noun} by hand only`,
      )
      .action((idOrName: string, _options: unknown, command: Command) =>
        run(command, async (context) => {
          const job = await kind.setEnabled(context, idOrName, enabled);
          context.terminal.result(job, `${job.name}\n${describeSchedule(job)}`);
        }),
      );
  }
}

function columnsIn(timeZone: string | undefined): readonly Column<Slot>[] {
  return [
    { heading: 'TIME', value: ({ at }) => wallTime(at, timeZone) },
    { heading: 'OUTCOME', value: describeOutcome },
    { heading: 'SESSION', value: ({ sessionId }) => sessionId },
    { heading: 'REASON', value: ({ reason }) => reason },
  ];
}

function describeOutcome({ outcome, missed = 1 }: Slot): string {
  return outcome === 'missed' && missed > 1 ? `missed ${missed}` : outcome;
}
