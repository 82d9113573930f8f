import { AppError, isAppError } from '../../errors/app-error.ts';
import { conformanceChecks } from './conformance-checks.ts';
import {
  type MeasuredSpeed,
  measureSpeed,
  type SpeedScale,
  type StorageSpeed,
} from './measure-speed.ts';
import { runCheck, Shortcoming, type StorageFinding, type TestedStorage } from './storage-check.ts';

export interface TestStorage extends TestedStorage {
  /** Absent: the speed is not measured. */
  readonly scale?: SpeedScale | undefined;
  /** Told as they come. */
  readonly onFinding?: (finding: StorageFinding) => void;
}

export interface StorageReport {
  readonly findings: readonly StorageFinding[];
  readonly speed: StorageSpeed | undefined;
  /** No finding failed: repositories can lie here. */
  readonly usable: boolean;
}

/**
 * Tries all that a repository does to an object storage, measures it when asked
 * to, and removes what it put. Throws when the signal is aborted.
 */
export async function testStorage(options: TestStorage): Promise<StorageReport> {
  const findings: StorageFinding[] = [];
  const add = (finding: StorageFinding) => {
    findings.push(finding);
    options.onFinding?.(finding);
  };
  let speed: StorageSpeed | undefined;
  try {
    for (const check of conformanceChecks) {
      add(await runCheck(check, options));
      // Without the first, to put and to read, none of the others says anything.
      if (findings[0]?.outcome === 'failed') break;
    }
    if (options.scale !== undefined && findings.every(({ outcome }) => outcome !== 'failed')) {
      const paging = { check: 'paging', permissions: 's3:ListBucket' };
      const { scale } = options;
      const run = async () => {
        const measured = await measureSpeed(options, scale);
        speed = measured.speed;
        return assertPaged(measured, scale);
      };
      add(await runCheck({ ...paging, run }, options));
    }
  } finally {
    add(await removed(options));
  }
  return { findings, speed, usable: findings.every(({ outcome }) => outcome !== 'failed') };
}

function assertPaged({ smallObjectsListed, inOrder }: MeasuredSpeed, scale: SpeedScale): string {
  if (smallObjectsListed !== scale.smallObjects) {
    throw new Shortcoming(`it lists ${smallObjectsListed} of ${scale.smallObjects} objects`);
  }
  if (!inOrder) throw new Shortcoming('it lists pages in another order than that of names');
  return `${smallObjectsListed} objects`;
}

/** Also after the signal was aborted: nobody else would. */
async function removed({ store, root }: TestedStorage): Promise<StorageFinding> {
  const check = 'clean-up';
  const names: string[] = [];
  const left: AppError[] = [];
  try {
    for await (const { name } of store.list(root)) names.push(name);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { check, outcome: 'warning', message: `what lies below ${root}? ${error.message}` };
  }
  for (const name of names) {
    await store.delete(name).catch((error: unknown) => {
      if (!isAppError(error)) throw error;
      left.push(error);
    });
  }
  const [first] = left;
  if (first === undefined) return { check, outcome: 'passed', message: `${names.length} objects` };
  const message = `of ${names.length} objects below ${root} ${left.length} stay: ${first.message}`;
  return { check, outcome: 'warning', message };
}
