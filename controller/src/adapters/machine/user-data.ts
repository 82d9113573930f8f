import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReleaseBundle } from '../../domain/appliance-settings.ts';

export interface MachineStart {
  /** The only secret; good once. */
  readonly joinString: string;
  readonly lifeMs: number;
  readonly bundle: ReleaseBundle;
  /** Settings of the appliance besides. */
  readonly environment: Readonly<Record<string, string>>;
  /** What the machine needs to end itself. */
  readonly machine?: Readonly<Record<string, string>>;
}

const bootstrap = readFileSync(join(import.meta.dirname, 'bootstrap.sh'), 'utf8');
const endMachine = readFileSync(join(import.meta.dirname, 'end-machine.sh'), 'utf8');

/** The appliance ends itself before, and tells why; the timer is for when it cannot. */
const timerAfterMs = 5 * 60_000;

/**
 * User data for cloud-init: JSON, which is YAML. It carries the address of the
 * controller, the pin of its CA and a one-time token, all in the join string,
 * and no secret besides: whoever reads it later finds a token that is used.
 */
export function makeUserData(start: MachineStart): string {
  const { joinString, lifeMs, environment } = start;
  const settings = { FIRN_LIFETIME_MAX_MS: String(lifeMs), ...environment };
  const config = {
    write_files: [
      secretFile('/etc/firn/join', joinString),
      secretFile('/etc/firn/archiver-appliance.env', toLines(settings)),
      secretFile('/etc/firn/machine', machineFile(start)),
      program('/usr/local/sbin/firn-end-machine', endMachine),
      program('/usr/local/sbin/firn-bootstrap', bootstrap),
    ],
    runcmd: [['/usr/local/sbin/firn-bootstrap']],
  };
  return `#cloud-config\n${JSON.stringify(config)}\n`;
}

/** For the two shell programs. */
function machineFile({ lifeMs, bundle, environment, machine = {} }: MachineStart): string {
  const lifeSeconds = Math.ceil((lifeMs + timerAfterMs) / 1_000);
  return toLines({
    FIRN_BUNDLE_URL: quoted(bundle.url),
    FIRN_BUNDLE_SHA256: quoted(bundle.sha256),
    FIRN_LIFE_SECONDS: String(lifeSeconds),
    FIRN_METADATA_SERVICE: quoted(environment['FIRN_METADATA_SERVICE'] ?? 'none'),
    ...Object.fromEntries(Object.entries(machine).map(([name, value]) => [name, quoted(value)])),
  });
}

function program(path: string, content: string) {
  return { path, permissions: '0700', content };
}

function secretFile(path: string, content: string) {
  return { path, permissions: '0600', content };
}

function toLines(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** For the shell that reads the file. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
