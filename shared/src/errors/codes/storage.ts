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
  E_BLOB_LOCKED: {
    retry: 'later',
    meaning: 'The object cannot be deleted before its retention in the storage has run out.',
    help: 'Nothing: it is deleted by a later run, after the time that the message names.',
  },
  E_STORAGE_NO_LOCKS: {
    retry: 'after-repair',
    meaning: 'The storage does not lock objects, but the repository is to be immutable.',
    help: 'Turn on object lock (S3) or version-level immutability (Azure) for the bucket or container, or make a repository without immutability.',
  },
  E_STORAGE_NOT_CONDITIONAL: {
    retry: 'never',
    meaning: 'The storage ignores the condition of a put-if-absent, on which repositories rest.',
    help: 'Use a storage that honours If-None-Match; firn storage test tells.',
  },
  E_STORAGE_UNFIT: {
    retry: 'after-repair',
    meaning: 'The test of an object storage found what repositories cannot do without.',
    help: 'Mend what the rows of the test name, permissions first, then run firn storage test again.',
  },
  E_STORAGE_CLOCK_SKEWED: {
    retry: 'after-repair',
    meaning: 'The clocks of this machine and of the storage differ too much for its signatures.',
    help: 'Set the clock of the machine by NTP, then run the work again.',
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
