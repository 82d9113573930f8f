import { parseArgs } from 'node:util';

/** How the front is started. */
export interface FrontConfig {
  /** 0: any free port. */
  readonly port: number;
  readonly host: string;
  /** Of Azurite, with the account: `http://127.0.0.1:10000/account`. */
  readonly upstream: string;
  readonly accountName: string;
  /** Base64. */
  readonly accountKey: string;
  readonly versioning: boolean;
  readonly seed: string;
}

const OPTIONS = {
  port: { type: 'string', default: '0' },
  host: { type: 'string', default: '127.0.0.1' },
  upstream: { type: 'string' },
  versioning: { type: 'boolean', default: false },
  seed: { type: 'string', default: '1' },
} as const;

/** Reads the command line, and the account as Azurite takes it: `AZURITE_ACCOUNTS=name:key`. */
export function readFrontConfig(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): FrontConfig {
  const { values } = parseArgs({ args: [...args], options: OPTIONS, strict: true });
  const { upstream, host, versioning, seed, port } = values;
  const [accountName = '', accountKey = ''] = (environment['AZURITE_ACCOUNTS'] ?? '').split(':');
  if (upstream === undefined) throw new Error('--upstream is needed: http://HOST:PORT/ACCOUNT');
  if (accountKey === '') throw new Error('AZURITE_ACCOUNTS must be ACCOUNT:KEY');
  if (!/^\d{1,5}$/.test(port)) throw new Error(`--port must be a whole number, not '${port}'`);
  return { port: Number(port), host, upstream, accountName, accountKey, versioning, seed };
}
