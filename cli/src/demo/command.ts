import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { positiveInteger } from '../commands/resource.ts';
import { exitCode } from '../exit-code.ts';
import { paint } from '../output/terminal.ts';
import { type DemoOptions, demoDefaults } from './options.ts';
import type { Demo } from './run-demo.ts';

interface CommandOptions extends Omit<DemoOptions, 'reportFile'> {
  readonly json?: string;
}

export function makeDemoCommand(signal: AbortSignal): Command {
  return new Command('demo')
    .description('play the main job, end to end, with everything embedded')
    .showHelpAfterError('(--help shows the options)')
    .exitOverride()
    .option('--users <n>', 'users of the tenant', positiveInteger, demoDefaults.users)
    .option('--mails-per-user <n>', 'mails each', positiveInteger, demoDefaults.mailsPerUser)
    .option('--files-per-user <n>', 'files each', positiveInteger, demoDefaults.filesPerUser)
    .option('--mail-dir <dir>', 'sub-folders of .eml files become mailboxes')
    .option('--files-dir <dir>', 'a folder becomes the OneDrives')
    .option('--seed <n>', 'another seed, another tenant', positiveInteger, demoDefaults.seed)
    .option('--appliance', 'the copy is repacked by an archiver appliance', false)
    .option('--plant-fault', 'damage one archive pack after the copy: it must be found', false)
    .option('--keep', 'leave everything running until Ctrl-C', false)
    .option('--json <file>', 'write the report to this file')
    .action(async (_options: unknown, command: Command) => {
      const { json, ...options } = command.opts<CommandOptions>();
      const reportFile = json === undefined ? {} : { reportFile: json };
      await playDemo({ ...options, ...reportFile }, signal);
    });
}

async function playDemo(options: DemoOptions, signal: AbortSignal): Promise<void> {
  // Loaded when it is played: no other command needs services and storages.
  const { runDemo } = await import('./run-demo.ts');
  const demo = await runDemo(options, signal);
  try {
    if (options.reportFile !== undefined) {
      await writeFile(options.reportFile, `${JSON.stringify(demo.report, undefined, 2)}\n`);
    }
    summarize(demo);
    if (options.keep && !signal.aborted) await keepRunning(demo, signal);
  } finally {
    await demo.environment.stop();
  }
  process.exitCode = demo.report.verified ? exitCode.ok : exitCode.failed;
}

function summarize({ report }: Demo): void {
  const seconds = report.steps.reduce((sum, step) => sum + step.seconds, 0).toFixed(1);
  const outcome = report.verified
    ? paint('green', 'everything came back as it was')
    : paint('red', 'not everything came back as it was');
  process.stderr.write(`\n${outcome} (${seconds} s)\n`);
}

async function keepRunning({ environment }: Demo, signal: AbortSignal): Promise<void> {
  const lines = environment.addresses.map(([what, where]) => `  ${what.padEnd(26)} ${where}`);
  const { url, tokenFile, caFile } = environment.controller;
  const settings = `FIRN_URL=${url} FIRN_TOKEN_FILE=${tokenFile} FIRN_CA_FILE=${caFile}`;
  process.stderr.write(`\nstill running; Ctrl-C ends it\n${lines.join('\n')}\n`);
  process.stderr.write(`\nfor the firn command line:\n  export ${settings}\n`);
  await once(signal, 'abort');
}
