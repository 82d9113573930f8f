#!/usr/bin/env node
// Runs the command line on the Node 24 of the packages: the sources are
// TypeScript, and the node of the system may be an older one.
import { spawnSync } from 'node:child_process';
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
const { status, signal } = spawnSync(node, [main, ...process.argv.slice(2)], options);
if (signal !== null) process.kill(process.pid, signal);
process.exitCode = status ?? 1;
