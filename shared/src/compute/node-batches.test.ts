import { describe } from 'vitest';
import { describeBatchCompute } from './batch-compute.contract.ts';
import { nodeCompute } from './node-compute.ts';

describe('on the calling thread', () => {
  describeBatchCompute(() => nodeCompute.batches);
});
