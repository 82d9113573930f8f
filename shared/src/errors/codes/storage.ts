import type { ErrorCodeEntry } from '../codes.ts';

export const storageCodes = {
  E_BLOB_NOT_FOUND: {
    retry: 'never',
    meaning: 'The storage has no object of this name.',
    help: 'Run firn repository check; it names what is missing and what that affects.',
  },
  E_BLOB_EXISTS: {
    retry: 'never',
    meaning: 'A put-if-absent met an object of this name.',
    help: 'Nothing: the writer reads the object and decides.',
  },
  E_BLOB_ARCHIVED: {
    retry: 'after-repair',
    meaning: 'The object lies in an archive class and cannot be read.',
    help: 'Retrieve it first: firn retrieval create.',
  },
  E_STORAGE_UNCLEAR: {
    retry: 'later',
    meaning: 'A write may or may not have been applied: the reply was lost.',
    help: 'Nothing: the writer reads the object and decides.',
  },
  E_STORAGE_DENIED: {
    retry: 'after-repair',
    meaning: 'The storage refused the credentials.',
    help: 'Check the account key and its permissions, then run the work again.',
  },
  E_STORAGE_REFUSED: {
    retry: 'never',
    meaning: 'The storage refused a request for another reason than credentials or absence.',
    help: 'Look up the status and code that the message names; they are those of the storage.',
  },
  E_STORAGE_CONTAINER_NOT_FOUND: {
    retry: 'after-repair',
    meaning: 'The storage account has no such container.',
    help: 'Create the container, or correct its name in the object storage.',
  },
  E_STORAGE_UNAVAILABLE: {
    retry: 'later',
    meaning: 'The storage did not answer, or is busy.',
    help: 'Nothing at first: Firn tries again. If it stays, check the network and the storage.',
  },
} as const satisfies Record<string, ErrorCodeEntry>;
