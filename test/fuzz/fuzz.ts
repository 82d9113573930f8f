import { isAppError } from '../../shared/src/errors/app-error.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { mutateBytes } from './mutate-bytes.ts';
import { SeededChance } from './seeded-chance.ts';

export interface FuzzRun {
  readonly seed: number;
  readonly cases: number;
}

export interface FuzzOutcome {
  readonly accepted: number;
  readonly refused: number;
  /** The slowest case, ms of computing: other programs of the machine do not count. */
  readonly slowestMs: number;
  /** Of the process's growth while one case ran, bytes. */
  readonly largestBytes: number;
}

/** What a parser must not need for one case, whatever the bytes say. */
const caseMsMax = 5_000;
const caseBytesMax = 256 * 1024 * 1024;

/**
 * Gives the parser mutated bytes. Throws for the first case that ends with
 * anything but a value or an AppError, takes too long or too much; the message has
 * the seed and the bytes.
 */
export async function fuzz(target: FuzzTarget, { seed, cases }: FuzzRun): Promise<FuzzOutcome> {
  const outcome = { accepted: 0, refused: 0, slowestMs: 0, largestBytes: 0 };
  for (let n = 0; n < cases; n += 1) {
    const before = memoryBytes();
    const begun = process.cpuUsage();
    const accepted = await isAccepted(target, seed + n);
    outcome[accepted ? 'accepted' : 'refused'] += 1;
    outcome.slowestMs = Math.max(outcome.slowestMs, cpuMsSince(begun));
    outcome.largestBytes = Math.max(outcome.largestBytes, memoryBytes() - before);
  }
  const { slowestMs, largestBytes } = outcome;
  if (slowestMs > caseMsMax || largestBytes > caseBytesMax) {
    throw new Error(`${target.name}: a case took ${slowestMs} ms and ${largestBytes} bytes`);
  }
  return outcome;
}

async function isAccepted(target: FuzzTarget, seed: number): Promise<boolean> {
  const chance = new SeededChance(seed);
  const bytes = (target.mutate ?? mutateBytes)(chance.pick(target.seeds), chance);
  try {
    await target.parse(bytes, chance);
    return true;
  } catch (error) {
    if (isAppError(error)) return false;
    const shown = Buffer.from(bytes.subarray(0, 300)).toString('latin1');
    throw new Error(`${target.name} fell over seed ${seed}: ${JSON.stringify(shown)}`, {
      cause: error,
    });
  }
}

function cpuMsSince(begun: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000;
}

/** Of this process, and of what its native parts hold for it. */
function memoryBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
