import { AppError } from '@firn/shared/errors/app-error';
import { type ThawSpeed, thawSpeedsOf } from '@firn/shared/storage-class/storage-class';
import type { ObjectStorage } from './resources.ts';

/** E_RETRIEVAL_SPEED when the class of the storage has no such speed. */
export function assertSpeed(
  { name, provider, storageClass }: Pick<ObjectStorage, 'name' | 'provider' | 'storageClass'>,
  speed: ThawSpeed,
): void {
  const known = thawSpeedsOf(provider, storageClass);
  if (known.includes(speed)) return;
  throw new AppError(
    'E_RETRIEVAL_SPEED',
    `class ${storageClass} of object storage "${name}" (${provider}) has no speed ${speed}, ` +
      `but ${known.join(' and ')}`,
  );
}
