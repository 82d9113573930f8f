import { parseArgs } from 'node:util';

/** How the simulated API server is started. */
export interface KubernetesConfig {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly namespace: string;
  /** What every container runs: a program and its arguments, as JSON. */
  readonly guestCommand: readonly string[];
}

export function readKubernetesConfig(args: readonly string[]): KubernetesConfig {
  const { values } = parseArgs({
    args: [...args],
    options: {
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string', default: '0' },
      data: { type: 'string', default: '.kubernetes' },
      namespace: { type: 'string', default: 'firn' },
      guest: { type: 'string', default: '[]' },
    },
  });
  const guestCommand: unknown = JSON.parse(values.guest);
  const isCommand = (value: unknown): value is string[] =>
    Array.isArray(value) && value.every((each) => typeof each === 'string');
  if (!isCommand(guestCommand)) throw new Error('--guest must be a JSON array of strings');
  if (!/^\d{1,5}$/.test(values.port)) throw new Error('--port must be a whole number');
  const { host, data, namespace } = values;
  return { host, port: Number(values.port), dataDir: data, namespace, guestCommand };
}
