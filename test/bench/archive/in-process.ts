import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { dataMover } from '@firn/shared/services/data-mover';

/** Runs a program beside this one as agents run theirs. @returns what it printed */
export async function inProcess<Taken>(file: string, asked: unknown): Promise<Taken> {
  const program = join(import.meta.dirname, file);
  const args = [...dataMover.nodeFlags, program, JSON.stringify(asked)];
  const env = { ...process.env, ...dataMover.environment };
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 24, env });
  return JSON.parse(stdout) as Taken;
}
