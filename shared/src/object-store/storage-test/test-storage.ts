import { conformanceChecks } from './conformance-checks.ts';
import {
  type MeasuredSpeed,
  measureSpeed,
  type SpeedScale,
  type StorageSpeed,
} from './measure-speed.ts';
import { removeRemains } from './remove-remains.ts';
import { runCheck, Shortcoming, type StorageFinding, type TestedStorage } from './storage-check.ts';

export interface TestStorage extends TestedStorage {
  /** Absent: the speed is not measured. */
  readonly scale?: SpeedScale | undefined;
  /** Told as they come. */
  readonly onFinding?: (finding: StorageFinding) => void;
}

export interface StorageReport {
  readonly findings: readonly StorageFinding[];
  /** Absent: it was not measured. */
  readonly speed?: StorageSpeed;
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
    add(await removeRemains(options));
  }
  const usable = findings.every(({ outcome }) => outcome !== 'failed');
  return { findings, ...(speed && { speed }), usable };
}

function assertPaged({ smallObjectsListed, inOrder }: MeasuredSpeed, scale: SpeedScale): string {
  if (smallObjectsListed !== scale.smallObjects) {
    throw new Shortcoming(`it lists ${smallObjectsListed} of ${scale.smallObjects} objects`);
  }
  if (!inOrder) throw new Shortcoming('it lists pages in another order than that of names');
  return `${smallObjectsListed} objects`;
}
