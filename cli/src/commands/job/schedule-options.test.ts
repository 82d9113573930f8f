import type { Schedule } from '@firn/shared/rest/schemas/schedule';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addScheduleOptions, addScheduleRemovals, scheduleOf } from './schedule-options.ts';
import { describeSchedule } from './schedule-text.ts';

/** The schedule that a command line makes, for people. */
function made(line: string, before?: Schedule): string | undefined {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  const kinds = ['manual', 'daily', 'periodically', 'immediately'] as const;
  addScheduleRemovals(addScheduleOptions(command, kinds));
  command.parse(line === '' ? [] : line.split(' '), { from: 'user' });
  const schedule = scheduleOf(command.opts(), before);
  return schedule && describeSchedule({ schedule, enabled: true });
}

const zone = '--time-zone Europe/Berlin';
const nightly: Schedule = {
  ...{ kind: 'daily', days: ['mon', 'tue'], time: '02:30', timeZone: 'Europe/Berlin' },
  retry: { attempts: 5, waitMinutes: 20 },
  window: { openHours: { mon: [2], tue: [2] }, terminate: true },
};

describe('a schedule from options', () => {
  it.each([
    [`--at 2:30 --days workdays ${zone}`, 'mon-fri at 02:30 (Europe/Berlin)'],
    [`--every 4h ${zone}`, 'every 4 h (Europe/Berlin)'],
    [`--every 15m ${zone}`, 'every 15 minutes (Europe/Berlin)'],
    [`--schedule immediately ${zone}`, 'immediately (Europe/Berlin)'],
  ])('%s', (line, schedule) => {
    expect(made(line)?.split('\n')[0]).toBe(`schedule: ${schedule}`);
  });

  it('takes retries and a window', () => {
    const line = `--at 02:30 --days mon,tue --retries 5 --retry-wait 20 --window mon,tue --window-terminate`;
    expect(made(`${line} ${zone}`)).toBe(
      [
        'schedule: mon-tue at 02:30 (Europe/Berlin)',
        'retries: 5, after 20 min each',
        'window: mon-tue 0-24; what runs is stopped when it closes',
        'next run: when it is started by hand',
      ].join('\n'),
    );
  });

  it('is none when nothing is said of it', () => {
    expect(made('')).toBeUndefined();
    expect(made('', nightly)).toBeUndefined();
  });

  it('keeps of the schedule before what is not changed', () => {
    expect(made('--at 3:00', nightly)).toContain('mon-tue at 03:00 (Europe/Berlin)\nretries: 5');
    expect(made('--no-retries', nightly)).not.toContain('retries');
    expect(made('--no-window', nightly)).not.toContain('window');
    expect(made('--no-window-terminate', nightly)).toContain('what runs may end later');
    expect(made('--every 1h', nightly)).toContain('every 1 h (Europe/Berlin)\nretries: 5');
    expect(made('--retry-wait 1', nightly)).toContain('retries: 5, after 1 min each');
  });

  it('does not stop at the end of a window that there is not', () => {
    expect(() => made('--every 1h --window-terminate')).toThrow('give --window');
  });

  it.each(['--at 24:00', '--at 2', '--every 7m', '--retries 0'])('refuses %s', (line) => {
    expect(() => made(line)).toThrow('is invalid');
  });
});
