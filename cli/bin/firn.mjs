#!/usr/bin/env node
// Runs the command line on the Node 24 of the packages: the sources are
// TypeScript, and the node of the system may be an older one.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cli = dirname(dirname(fileURLToPath(import.meta.url)));
const packaged = join(cli, '..', 'node_modules', '.bin', 'node');
const node = existsSync(packaged) ? packaged : process.execPath;
const main = join(cli, 'src', 'main.ts');
// Compiled sources are kept between runs, where nobody else may write: half of a short command's time.
const caches = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
const env = { NODE_COMPILE_CACHE: join(caches, 'firn', 'compiled'), ...process.env };
const options = { stdio: 'inherit', env };
const child = spawn(node, [main, ...process.argv.slice(2)], options);
// A terminal tells both of Ctrl-C; whoever ends this process alone means the other one.
const hasTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(name, () => (name === 'SIGINT' && hasTerminal ? undefined : child.kill(name)));
}
child.once('exit', (status, signal) => {
  process.exitCode = status ?? 1;
  if (signal === null) return;
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
