import { isAppError } from '@firn/shared/errors/app-error';
import type { ApplianceTest } from '@firn/shared/rest/schemas/appliance';
import { systemClock } from '@firn/shared/time/system-clock';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { exitCode } from '../exit-code.ts';
import type { Runner } from './resource.ts';

const everyMs = 3_000;
/** The controller takes what nobody ends for a stray, after about as long. */
const bootMsMax = 5 * 60_000;
const endMsMax = 10 * 60_000;

export interface ApplianceTestReport {
  readonly template: string;
  readonly choice?: string;
  readonly handle?: string;
  readonly dollarsPerHour?: number;
  readonly missingPermissions: readonly string[];
  /** undefined: nothing was started. */
  readonly reachedController?: boolean;
  readonly removed?: boolean;
}

/** `firn appliance test`: starts one, waits until it speaks, removes it. */
export function addApplianceTest(appliance: Command, run: Runner): void {
  appliance
    .command('test <id-or-name>')
    .description('start an appliance, name each permission that is missing, remove it')
    .action((template: string, _options: unknown, command: Command) =>
      run(command, async (context) => {
        const report = await testTemplate(context, template);
        context.terminal.result(report, reportText(report));
        context.exitWith(isGood(report) ? exitCode.ok : exitCode.failed);
      }),
    );
}

async function testTemplate(context: Context, template: string): Promise<ApplianceTestReport> {
  const { client, terminal } = context;
  const params = { applianceTemplate: template };
  const { workerId, ...started } = await client.call('startApplianceTest', { params });
  if (workerId === undefined) return { template, ...started };
  terminal.note(startedLine(started));
  const worker = { applianceTemplate: template, worker: workerId };
  const reachedController = await untilReached(context, worker);
  const { removed, missingPermissions } = await untilRemoved(context, worker);
  return { template, ...started, reachedController, removed, missingPermissions };
}

function startedLine({ choice, handle, dollarsPerHour }: ApplianceTest): string {
  const price = dollarsPerHour === undefined ? '' : `, about $${dollarsPerHour.toFixed(3)} an hour`;
  return `started ${handle ?? 'an appliance'} (${choice ?? ''}${price}); waiting until it speaks`;
}

interface TestWorker {
  readonly applianceTemplate: string;
  readonly worker: string;
}

/** False: it did not in time, or somebody does not want to wait: it is removed all the same. */
async function untilReached(context: Context, params: TestWorker): Promise<boolean> {
  const { client, signal } = context;
  for (let waitedMs = 0; waitedMs < bootMsMax; waitedMs += everyMs) {
    const { reachedController } = await client.call('getApplianceTest', { params });
    if (reachedController) return true;
    if (signal.aborted) return false;
    await systemClock.sleep(everyMs, signal).catch(() => undefined);
  }
  return false;
}

async function untilRemoved({ client, terminal }: Context, params: TestWorker) {
  terminal.note('removing it');
  for (let waitedMs = 0; ; waitedMs += everyMs) {
    const ended = await endOnce(client, params);
    const isOver = ended.removed || ended.missingPermissions.length > 0;
    if (isOver || waitedMs >= endMsMax) return ended;
    await systemClock.sleep(everyMs);
  }
}

async function endOnce(client: Context['client'], params: TestWorker) {
  try {
    return await client.call('endApplianceTest', { params });
  } catch (error) {
    if (!isAppError(error, 'E_APPLIANCE_UNANSWERED')) throw error;
    return { removed: false, missingPermissions: [] };
  }
}

function isGood({ missingPermissions, reachedController, removed }: ApplianceTestReport): boolean {
  return missingPermissions.length === 0 && reachedController === true && removed === true;
}

function reportText(report: ApplianceTestReport): string {
  const { template, missingPermissions, reachedController, removed } = report;
  const lines = missingPermissions.map((name) => `missing permission: ${name}`);
  if (reachedController === undefined) return [...lines, 'nothing was started'].join('\n');
  if (!reachedController) {
    lines.push(
      'the appliance did not reach the controller: look at its console, its subnet, its bundle',
    );
  }
  lines.push(removed === true ? 'it is removed' : 'it is NOT removed: look for it in the cloud');
  if (isGood(report)) lines.unshift(`appliances can be started by "${template}"`);
  return lines.join('\n');
}
