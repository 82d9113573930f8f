import { makeRestClient, type RestClient } from '@firn/shared/rest/client';
import { makeHttpsTransport } from '@firn/shared/rest/transport';
import type { Command } from 'commander';
import { type CliConfig, type ConnectionOptions, loadConfig } from './config.ts';
import type { ExitCode } from './exit-code.ts';
import { makeTerminal, type Terminal } from './output/terminal.ts';
import { PasswordInput } from './password/password-input.ts';

/** What every command works with. */
export interface Context {
  readonly client: RestClient;
  readonly terminal: Terminal;
  readonly passwords: PasswordInput;
  readonly signal: AbortSignal;
  /** The process ends with the last code that was set. */
  exitWith(code: ExitCode): void;
  close(): void;
}

export interface Connection {
  readonly client: RestClient;
  close(): void;
}

export function connect(config: CliConfig): Connection {
  const { url, token, caPem } = config;
  const transport = makeHttpsTransport(caPem === undefined ? {} : { caPem });
  return {
    client: makeRestClient({ url, transport, ...(token === undefined ? {} : { token }) }),
    close: () => transport.close(),
  };
}

/** Builds the context from the global options of the command that runs. */
export function makeContext(command: Command, signal: AbortSignal): Context {
  const options = command.optsWithGlobals<ConnectionOptions & { json?: boolean }>();
  const connection = connect(loadConfig(options, process.env));
  return {
    client: connection.client,
    terminal: makeTerminal(options.json === true),
    passwords: new PasswordInput(process),
    signal,
    exitWith: (code) => {
      process.exitCode = code;
    },
    close: connection.close,
  };
}
