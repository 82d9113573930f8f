// Prepares a fresh checkout: packages from the lock file, and nats-server.
// Runs before `npm ci`, so it is plain JavaScript for Node 20 and imports
// nothing but Node itself. Does nothing when everything is there.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stampFile = join(root, 'node_modules', '.firn-setup');

const fail = (happened, todo) => {
  console.error(`firn setup: ${happened}\n  ${todo}`);
  process.exit(1);
};

const run = (command, args, options = {}) =>
  spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options }).status === 0;

const onPath = (program) =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });

const checkNode = () => {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) {
    fail(
      `Node ${process.versions.node} is too old`,
      'Install Node 20 or newer, then run this again.',
    );
  }
};

const lockDigest = () =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');

const installedDigest = () => {
  try {
    return readFileSync(stampFile, 'utf8').trim();
  } catch {
    return '';
  }
};

const installPackages = () => {
  const wanted = lockDigest();
  if (installedDigest() === wanted) return;
  console.error('firn setup: installing packages (npm ci)');
  if (!run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])) {
    fail(
      'npm ci failed',
      'Its messages stand above. Check the network to your npm registry, then run this again.',
    );
  }
  writeFileSync(stampFile, `${wanted}\n`);
};

const checkNode24 = () => {
  const node = join(root, 'node_modules', '.bin', 'node');
  const answer = spawnSync(node, ['--version'], { encoding: 'utf8' });
  if (answer.status === 0 && /^v24\./.test(answer.stdout)) return;
  if (Number(process.versions.node.split('.')[0]) >= 24) return;
  fail(
    `there is no Node 24 for ${process.platform}-${process.arch} among the installed packages`,
    'Install Node 24 yourself and put it first on the PATH, then run this again.',
  );
};

const systemPackageCommands = () => {
  const asRoot = process.getuid?.() === 0 ? [] : onPath('sudo') ? ['sudo', '-n'] : undefined;
  if (asRoot === undefined || !onPath('apt-get')) return [];
  const env = ['env', 'DEBIAN_FRONTEND=noninteractive'];
  return [
    [...asRoot, ...env, 'apt-get', 'update', '-qq'],
    [
      ...asRoot,
      ...env,
      'apt-get',
      'install',
      '-y',
      '-qq',
      '--no-install-recommends',
      'nats-server',
    ],
  ];
};

const installNats = () => {
  if (onPath('nats-server')) return;
  console.error('firn setup: installing nats-server with the system package manager');
  const commands = systemPackageCommands();
  for (const [command, ...args] of commands) run(command, args);
  if (onPath('nats-server')) return;
  fail(
    'nats-server is not on the PATH and could not be installed',
    'Install it yourself (Debian, Ubuntu: sudo apt-get install nats-server), then run this again.',
  );
};

checkNode();
installPackages();
checkNode24();
installNats();
