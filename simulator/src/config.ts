import { parseArgs } from 'node:util';

/** How a tenant is started. */
export interface SimulatorConfig {
  /** 0: any free port. */
  readonly port: number;
  readonly host: string;
  /** Folder for ca.pem and the certificate of the application. */
  readonly dataDir: string;
  readonly tenantId: string;
  readonly domain: string;
  readonly clientId: string;
  /** PEM file of the application's certificate; absent: one is made, with its key. */
  readonly certificateFile: string | undefined;
  /** A client secret for the application; absent: it has none. */
  readonly clientSecret: string | undefined;
  readonly seed: string;
  readonly users: number;
  /** Adds a guest, a disabled account, one without mailbox and one without OneDrive. */
  readonly oddUsers: boolean;
  readonly folders: number;
  readonly mailsPerUser: number;
  readonly meanBytes: number;
  readonly filesPerUser: number;
  /** Its sub-folders of .eml files become mailboxes, nested ones folders. */
  readonly mailDir: string | undefined;
  /** Its sub-folders become OneDrives. */
  readonly filesDir: string | undefined;
  readonly latencyMs: number;
  readonly jitterMs: number;
  readonly tokenLifetimeSeconds: number;
  readonly importUrlSeconds: number;
  readonly refuseReplayedAssertions: boolean;
}

const OPTIONS = {
  port: { type: 'string', default: '0' },
  host: { type: 'string', default: '127.0.0.1' },
  data: { type: 'string', default: '.tenant' },
  'tenant-id': { type: 'string', default: '601eaae7-815e-4d2e-9e48-109351d094ab' },
  domain: { type: 'string', default: 'contoso.example' },
  'client-id': { type: 'string', default: '5a3bdf4c-52a1-4b0e-9c4e-3a6f1f0b7d21' },
  certificate: { type: 'string' },
  'client-secret': { type: 'string' },
  seed: { type: 'string', default: '1' },
  users: { type: 'string', default: '3' },
  'odd-users': { type: 'boolean', default: false },
  folders: { type: 'string', default: '15' },
  'mails-per-user': { type: 'string', default: '50' },
  'mean-bytes': { type: 'string', default: '40960' },
  'files-per-user': { type: 'string', default: '10' },
  'mail-dir': { type: 'string' },
  'files-dir': { type: 'string' },
  'latency-ms': { type: 'string', default: '0' },
  'jitter-ms': { type: 'string', default: '0' },
  'token-lifetime-seconds': { type: 'string', default: '3600' },
  'import-url-seconds': { type: 'string', default: '3600' },
  'refuse-replayed-assertions': { type: 'boolean', default: false },
} as const;

/** Reads the command line; an unknown option or a bad number is an error. */
export function readConfig(args: readonly string[]): SimulatorConfig {
  const { values } = parseArgs({ args: [...args], options: OPTIONS, strict: true });
  return {
    port: count('port', values.port),
    host: values.host,
    dataDir: values.data,
    tenantId: values['tenant-id'].toLowerCase(),
    domain: values.domain.toLowerCase(),
    clientId: values['client-id'].toLowerCase(),
    certificateFile: values.certificate,
    clientSecret: values['client-secret'],
    seed: values.seed,
    users: count('users', values.users),
    oddUsers: values['odd-users'],
    folders: count('folders', values.folders),
    mailsPerUser: count('mails-per-user', values['mails-per-user']),
    meanBytes: count('mean-bytes', values['mean-bytes']),
    filesPerUser: count('files-per-user', values['files-per-user']),
    mailDir: values['mail-dir'],
    filesDir: values['files-dir'],
    latencyMs: count('latency-ms', values['latency-ms']),
    jitterMs: count('jitter-ms', values['jitter-ms']),
    tokenLifetimeSeconds: count('token-lifetime-seconds', values['token-lifetime-seconds']),
    importUrlSeconds: count('import-url-seconds', values['import-url-seconds']),
    refuseReplayedAssertions: values['refuse-replayed-assertions'],
  };
}

function count(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`--${name} must be a whole number, not '${text}'`);
}
