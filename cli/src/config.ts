import { readFileSync } from 'node:fs';
import { AppError } from '@firn/shared/errors/app-error';

/** How to reach a controller. Options of the command line win over the environment. */
export interface CliConfig {
  readonly url: string;
  readonly token: string | undefined;
  readonly caPem: string | undefined;
}

export interface ConnectionOptions {
  readonly url?: string;
  readonly tokenFile?: string;
  readonly caFile?: string;
}

/**
 * Reads FIRN_URL, FIRN_TOKEN or FIRN_TOKEN_FILE, and FIRN_CA_FILE. Fails with
 * E_CONFIG_INVALID when the address is missing or a file cannot be read.
 */
export function loadConfig(options: ConnectionOptions, env: NodeJS.ProcessEnv): CliConfig {
  const url = options.url ?? env['FIRN_URL'];
  if (url === undefined || !URL.canParse(url)) {
    throw new AppError('E_CONFIG_INVALID', 'no controller address: give --url or set FIRN_URL');
  }
  const tokenFile = options.tokenFile ?? env['FIRN_TOKEN_FILE'];
  const caFile = options.caFile ?? env['FIRN_CA_FILE'];
  return {
    url,
    token: tokenFile === undefined ? env['FIRN_TOKEN'] : readText(tokenFile, '--token-file'),
    caPem: caFile === undefined ? undefined : readText(caFile, '--ca-file'),
  };
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'you are not allowed to',
};

/** A file that an option names, without spaces around it. Fails as readBytes does. */
export function readText(path: string, option: string): string {
  return readBytes(path, option).toString('utf8').trim();
}

/** A file that an option names. Fails with E_CONFIG_INVALID naming the option. */
export function readBytes(path: string, option: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    const why = reasons[code] ?? code;
    const message = `cannot read ${path}, given by ${option}: ${why}`;
    throw new AppError('E_CONFIG_INVALID', message, { cause });
  }
}
