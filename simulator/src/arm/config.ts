import { parseArgs } from 'node:util';

/** How the simulated Azure Resource Manager is started. */
export interface ArmConfig {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  /** What every machine boots into: a program and its arguments, as JSON. */
  readonly guestCommand: readonly string[];
  readonly createMs: number;
  readonly deleteMs: number;
}

export function readArmConfig(args: readonly string[]): ArmConfig {
  const { values } = parseArgs({
    args: [...args],
    options: {
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string', default: '0' },
      data: { type: 'string', default: '.arm' },
      subscription: { type: 'string', default: '11111111-1111-1111-1111-111111111111' },
      group: { type: 'string', default: 'appliances' },
      tenant: { type: 'string', default: '22222222-2222-2222-2222-222222222222' },
      'client-id': { type: 'string', default: '33333333-3333-3333-3333-333333333333' },
      'client-secret': { type: 'string' },
      guest: { type: 'string', default: '[]' },
      'create-ms': { type: 'string', default: '20000' },
      'delete-ms': { type: 'string', default: '30000' },
    },
  });
  return {
    host: values.host,
    port: count('port', values.port),
    dataDir: values.data,
    subscriptionId: values.subscription,
    resourceGroup: values.group,
    tenantId: values.tenant,
    clientId: values['client-id'],
    clientSecret: values['client-secret'],
    guestCommand: readCommand(values.guest),
    createMs: count('create-ms', values['create-ms']),
    deleteMs: count('delete-ms', values['delete-ms']),
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
