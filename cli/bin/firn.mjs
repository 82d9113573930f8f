#!/usr/bin/env node
// Runs the command line on the Node 24 of the packages: the sources are
// TypeScript, and the node of the system may be an older one.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cli = dirname(dirname(fileURLToPath(import.meta.url)));
const packaged = join(cli, '..', 'node_modules', '.bin', 'node');
const node = existsSync(packaged) ? packaged : process.execPath;
const main = join(cli, 'src', 'main.ts');
const { status, signal } = spawnSync(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
if (signal !== null) process.kill(process.pid, signal);
process.exitCode = status ?? 1;
