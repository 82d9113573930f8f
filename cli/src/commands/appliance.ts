import type { ApplianceSettings, ApplianceTemplate } from '@firn/shared/rest/schemas/appliance';
import type { Command } from 'commander';
import { readText } from '../config.ts';
import { addApplianceTest } from './appliance-test.ts';
import { addResource, type Runner, wholeNumber } from './resource.ts';

export function addApplianceCommands(program: Command, run: Runner): void {
  const appliance = program
    .command('appliance')
    .description('templates of archiver appliances: where they are started, and as what');
  appliance
    .command('add <name>')
    .description('add a template')
    .requiredOption('--settings <file>', 'JSON; docs/appliances.md has an example of each kind')
    .option(
      '--keep-warm-minutes <n>',
      'a machine whose work is done waits so long for more, 0 to 240',
      wholeNumber,
      0,
    )
    .action((name: string, options: AddOptions, command: Command) =>
      run(command, async ({ client, terminal }) => {
        const settings = readSettings(options.settings, command);
        const body = { name, settings, keepWarmMinutes: options.keepWarmMinutes };
        const added = await client.call('createApplianceTemplate', { body });
        const text = `appliance template ${added.name} added (${added.id})`;
        terminal.result(added, `${text}\ntry it: firn appliance test ${added.name}`);
      }),
    );
  addApplianceTest(appliance, run);
  addResource<ApplianceTemplate>(appliance, run, {
    noun: 'appliance template',
    columns: [
      { heading: 'NAME', value: ({ name }) => name },
      { heading: 'LAUNCHER', value: ({ settings }) => settings.launcher },
      { heading: 'KEPT WARM', value: ({ keepWarmMinutes: minutes }) => keptWarm(minutes) },
      { heading: 'ID', value: ({ id }) => id },
    ],
    list: ({ client }, query) => client.call('listApplianceTemplates', { query }),
    get: ({ client }, it) =>
      client.call('getApplianceTemplate', { params: { applianceTemplate: it } }),
    remove: ({ client }, it) =>
      client.call('deleteApplianceTemplate', { params: { applianceTemplate: it } }),
  });
}

interface AddOptions {
  readonly settings: string;
  readonly keepWarmMinutes: number;
}

function keptWarm(minutes: number): string {
  return minutes === 0 ? 'no' : `${minutes} min`;
}

/** The controller checks what is in it. */
function readSettings(file: string, command: Command): ApplianceSettings {
  try {
    return JSON.parse(readText(file, '--settings'));
  } catch (error) {
    if (error instanceof SyntaxError) command.error(`error: ${file} is no JSON: ${error.message}`);
    throw error;
  }
}
