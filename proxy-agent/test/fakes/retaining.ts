import type { RepositoryRef, RetentionPolicy } from '@firn/shared/gen/firn/link/v1/work';
import { expect } from 'vitest';
import type { World } from './a-world.ts';

export function aPolicy(policy: Partial<RetentionPolicy>): RetentionPolicy {
  return { type: 'snapshot', keepCount: 0, keepUnit: '', keepLast: 0, ...policy };
}

/** Items older than so many days go. */
export function anItemPolicy(days: number): RetentionPolicy {
  return aPolicy({ type: 'item', keepCount: days, keepUnit: 'days' });
}

export interface RunRetention {
  readonly sessionId: string;
  readonly policy: RetentionPolicy;
  readonly dryRun?: boolean;
  /** Default `job-1`. */
  readonly jobId?: string;
  readonly neededFrom?: string;
}

/** Runs a session of retention to its good end, and answers what it told. */
export async function retain(
  { controller, secrets }: World,
  repository: RepositoryRef,
  { sessionId, dryRun = false, policy, jobId = 'job-1', neededFrom = '' }: RunRetention,
) {
  const value = {
    repository,
    jobs: [{ jobId, policy, neededFrom }],
    defaultPolicy: policy,
    dryRun,
    sealing: undefined,
  };
  const end = await controller.assign(sessionId, { $case: 'retention', value }, secrets);
  expect(end).toMatchObject({ status: 'success' });
  const [done] = controller.of(sessionId, 'retention');
  return done;
}
