import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@firn/shared/errors/app-error';

/**
 * Makes the folder empty and this process's own. Fails with E_DEMO_RUNNING when
 * the process that claimed it before is still alive.
 */
export async function claimFolder(folder: string): Promise<void> {
  const pidFile = join(folder, 'pid');
  const owner = Number(await readFile(pidFile, 'utf8').catch(() => ''));
  if (owner > 0 && owner !== process.pid && isAlive(owner)) {
    throw new AppError('E_DEMO_RUNNING', `process ${owner} is still using ${folder}`);
  }
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(pidFile, String(process.pid));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
