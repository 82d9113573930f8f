import { parseArgs } from 'node:util';

/** How the simulated EC2 is started. */
export interface Ec2Config {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly region: string;
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string | undefined;
  /** What every instance boots into: a program and its arguments, as JSON. */
  readonly guestCommand: readonly string[];
  readonly bootMs: number;
  readonly shutdownMs: number;
  readonly lagMs: number;
  readonly subnets: readonly string[];
  readonly groups: readonly string[];
  readonly images: readonly string[];
  readonly profiles: readonly string[];
}

const many = { type: 'string', multiple: true, default: [] as string[] } as const;

export function readEc2Config(args: readonly string[]): Ec2Config {
  const { values } = parseArgs({
    args: [...args],
    options: {
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string', default: '0' },
      data: { type: 'string', default: '.ec2' },
      region: { type: 'string', default: 'us-east-1' },
      account: { type: 'string', default: '123456789012' },
      'access-key': { type: 'string', default: 'AKIAIOSFODNN7EXAMPLE' },
      'secret-key': { type: 'string' },
      guest: { type: 'string', default: '[]' },
      'boot-ms': { type: 'string', default: '20000' },
      'shutdown-ms': { type: 'string', default: '30000' },
      'lag-ms': { type: 'string', default: '0' },
      subnet: many,
      group: many,
      image: many,
      profile: many,
    },
  });
  return {
    host: values.host,
    port: count('port', values.port),
    dataDir: values.data,
    region: values.region,
    accountId: values.account,
    accessKeyId: values['access-key'],
    secretAccessKey: values['secret-key'],
    guestCommand: readCommand(values.guest),
    bootMs: count('boot-ms', values['boot-ms']),
    shutdownMs: count('shutdown-ms', values['shutdown-ms']),
    lagMs: count('lag-ms', values['lag-ms']),
    subnets: values.subnet,
    groups: values.group,
    images: values.image,
    profiles: values.profile,
  };
}

function readCommand(text: string): readonly string[] {
  const value: unknown = JSON.parse(text);
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  throw new Error('--guest must be a JSON array of strings: a program and its arguments');
}

function count(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`--${name} must be a whole number, not '${text}'`);
}
