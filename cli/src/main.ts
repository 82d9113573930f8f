// The command line; bin/firn.mjs starts it on the right Node.
import { AppError, isAppError } from '@firn/shared/errors/app-error';
import { type Command, CommanderError } from 'commander';
import { ApiCommand } from './commands/api-command.ts';
import { addApplianceCommands } from './commands/appliance.ts';
import { addCostCommands } from './commands/cost.ts';
import { addEraseCommand } from './commands/erase.ts';
import { addExploreCommands } from './commands/explore.ts';
import { addCopyJobCommands } from './commands/job/copy-job.ts';
import { addJobCommands } from './commands/job/job.ts';
import { addOrganizationCommands } from './commands/organization.ts';
import { addProxyCommands } from './commands/proxy.ts';
import { addRestoreCommand, addRestorePointCommands } from './commands/recovery.ts';
import { addRepositoryCommands } from './commands/repository.ts';
import { makeRunner } from './commands/resource.ts';
import { addRetrievalCommands } from './commands/retrieval.ts';
import { addSessionCommands } from './commands/session.ts';
import { addStorageCommands } from './commands/storage.ts';
import { addTokenCommands } from './commands/token.ts';
import { makeDemoCommand } from './demo/command.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { paint } from './output/terminal.ts';
import { makeRescueCommand } from './rescue/command.ts';

function makeProgram(signal: AbortSignal): Command {
  const program = new ApiCommand('firn')
    .description('backup of Microsoft 365, with cold copies in archive storage')
    .version('0.1.0')
    .enablePositionalOptions()
    .showHelpAfterError('(--help shows the options)')
    .exitOverride();
  const run = makeRunner(signal);
  addOrganizationCommands(program, run);
  addStorageCommands(program, run, signal);
  addProxyCommands(program, run);
  addRepositoryCommands(program, run);
  addEraseCommand(program, run);
  addJobCommands(program, run);
  addCopyJobCommands(program, run);
  addApplianceCommands(program, run);
  addSessionCommands(program, run);
  addRestorePointCommands(program, run);
  addExploreCommands(program, run);
  addRetrievalCommands(program, run);
  addRestoreCommand(program, run);
  addTokenCommands(program, run);
  addCostCommands(program, run);
  program.addCommand(makeRescueCommand(signal));
  program.addCommand(makeDemoCommand(signal));
  return program;
}

/** Prints what happened and what to do; answers the exit code. */
function report(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
  if (error instanceof AppError) {
    process.stderr.write(`${paint('red', error.code)}: ${error.message}\n  ${error.help}\n`);
    if (isAppError(error, 'E_CONTROLLER_UNREACHABLE')) return exitCode.unreachable;
    return isAppError(error, 'E_CONFIG_INVALID') ? exitCode.usage : exitCode.refused;
  }
  if (error instanceof Error && error.name === 'AbortError') return exitCode.interrupted;
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${paint('red', 'E_INTERNAL')}: ${text}\n`);
  return exitCode.failed;
}

const interrupt = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => interrupt.abort());
}
try {
  await makeProgram(interrupt.signal).parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
