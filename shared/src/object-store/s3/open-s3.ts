import { AppError } from '../../errors/app-error.ts';
import type { StorageCredential } from '../../gen/firn/link/v1/work.ts';
import { BlockPool } from '../block-pool.ts';
import { lockModeOf } from '../lock-mode-of.ts';
import type { StoreOpener } from '../store-opener.ts';
import type { S3Credentials } from './s3-connection.ts';
import { S3Store, s3PartBytes } from './s3-store.ts';

/** S3 buckets. */
export function makeS3Opener(): StoreOpener<S3Store> {
  const blocks = new BlockPool(s3PartBytes);
  return ({ storageId, endpoint, container, prefix, s3, immutability }, credential) => {
    const { region, pathStyle, caPem } = s3 ?? { region: '', pathStyle: undefined, caPem: '' };
    return new S3Store({
      bucket: container,
      prefix,
      blocks,
      pathStyle,
      endpoint: endpoint || undefined,
      region: region || undefined,
      caPem: caPem || undefined,
      lockMode: immutability && lockModeOf(immutability.mode),
      credentials: async () => s3Credentials(storageId, await credential()),
    });
  };
}

function s3Credentials(storageId: string, { s3Keys }: StorageCredential): S3Credentials {
  if (s3Keys === undefined) {
    throw new AppError('E_WORK_UNKNOWN', `the assignment has no S3 keys for storage ${storageId}`);
  }
  const { accessKeyId, secretAccessKey, sessionToken } = s3Keys;
  return { accessKeyId, secretAccessKey, ...(sessionToken !== '' && { sessionToken }) };
}
