import type { ReleaseBundle } from '../../domain/appliance-settings.ts';

export interface MachineStart {
  /** The only secret; good once. */
  readonly joinString: string;
  readonly lifeMs: number;
  readonly bundle: ReleaseBundle;
  /** Settings of the appliance besides. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Bash in a stock Debian or Ubuntu. Whatever fails, the machine goes at the end of its life. */
const bootstrap = `#!/bin/sh
# Installs the archiver appliance from its release bundle, or switches the machine off.
set -eu
. /etc/firn/bundle
systemd-run --on-active="$FIRN_LIFE_SECONDS" --timer-property=AccuracySec=1 systemctl poweroff --force
trap '[ $? -eq 0 ] || systemctl poweroff' EXIT
cd /run
for wait in 2 5 10 20 40 0; do
  curl --fail --silent --show-error --location --max-time 300 -o firn-bundle "$FIRN_BUNDLE_URL" && break
  [ "$wait" != 0 ]
  sleep "$wait"
done
echo "$FIRN_BUNDLE_SHA256  firn-bundle" | sha256sum --check --status
mkdir -p /opt/firn
tar --extract --gzip --no-same-owner --file firn-bundle --directory /opt/firn
rm firn-bundle
/opt/firn/deploy/appliance/install.sh
`;

/**
 * User data for cloud-init: JSON, which is YAML. It carries the address of the
 * controller, the pin of its CA and a one-time token, all in the join string,
 * and no secret besides: whoever reads it later finds a token that is used.
 */
export function makeUserData(start: MachineStart): string {
  const { joinString, lifeMs, bundle, environment } = start;
  const settings = { FIRN_LIFETIME_MAX_MS: String(lifeMs), ...environment };
  const config = {
    write_files: [
      secretFile('/etc/firn/join', joinString),
      secretFile('/etc/firn/archiver-appliance.env', toLines(settings)),
      secretFile(
        '/etc/firn/bundle',
        toLines({
          FIRN_BUNDLE_URL: quoted(bundle.url),
          FIRN_BUNDLE_SHA256: quoted(bundle.sha256),
          // The appliance ends itself before, and tells why; this is for when it cannot.
          FIRN_LIFE_SECONDS: String(Math.ceil(lifeMs / 1_000) + 300),
        }),
      ),
      { path: '/usr/local/sbin/firn-bootstrap', permissions: '0700', content: bootstrap },
    ],
    runcmd: [['/usr/local/sbin/firn-bootstrap']],
  };
  return `#cloud-config\n${JSON.stringify(config)}\n`;
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
