import { afterAll, beforeAll, describe } from 'vitest';
import { type RunningFake, startS3Fake } from '../../../test/s3/s3-fake.ts';
import { describeS3Store } from '../../../test/s3/s3-suite.ts';

describe('against the S3 fake', () => {
  let fake: RunningFake;
  beforeAll(async () => {
    fake = await startS3Fake();
  });
  afterAll(() => fake?.stop());
  describeS3Store('S3Store on the S3 fake', () => fake);
});
