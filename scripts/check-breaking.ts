// Compares the protocol with the newest commit of the main branch that holds
// it, so that an old worker still understands a new controller. A checkout
// without history has nothing to compare with, and says so.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

function git(...args: string[]): string {
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : '';
}

/** The last release, or the parent of HEAD while there is none. */
function baseline(): string {
  const release = git('describe', '--tags', '--abbrev=0', '--match', 'v*');
  return release === '' ? git('rev-parse', '--verify', '--quiet', 'HEAD~1') : release;
}

const base = baseline();
if (base === '' || git('ls-tree', base, 'proto/buf.yaml') === '') {
  console.log('no earlier protocol in the history of this checkout');
} else {
  const against = `${join(root, '.git')}#ref=${base},subdir=proto`;
  const { status, stdout, stderr } = spawnSync(
    join(root, 'node_modules', '.bin', 'buf'),
    ['breaking', 'proto', '--against', against],
    { cwd: root, encoding: 'utf8' },
  );
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  process.exitCode = status ?? 1;
}
