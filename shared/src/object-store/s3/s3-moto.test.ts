import { afterAll, beforeAll, describe } from 'vitest';
import { hasMoto, type RunningMoto, startMoto } from '../../../test/s3/moto-server.ts';
import { describeS3Store } from '../../../test/s3/s3-suite.ts';

describe.skipIf(!hasMoto())('against moto', () => {
  let moto: RunningMoto;
  beforeAll(async () => {
    moto = await startMoto();
  }, 60_000);
  afterAll(() => moto?.stop());
  // moto checks no signature, copies over what is there, shortens a retention, and dates every
  // upload in 2010.
  describeS3Store('S3Store on moto', () => ({
    endpoint: moto.endpoint,
    accessKeyId: 'any',
    secretAccessKey: 'any',
    copiesIfAbsent: false,
    neverShortens: false,
    tellsBegin: false,
  }));
});
