import type { ErrorCodeEntry } from '../codes.ts';

export const repositoryCodes = {
  E_REPOSITORY_DAMAGED: {
    retry: 'after-repair',
    meaning: 'Stored bytes are not what was written.',
    help: 'Run firn repository check; it names what is damaged and what that affects.',
  },
  E_REPOSITORY_NOT_FOUND: {
    retry: 'after-repair',
    meaning: 'There is no repository at this place of the storage.',
    help: 'Check container and folder.',
  },
  E_REPOSITORY_EXISTS: {
    retry: 'never',
    meaning: 'Another repository lies at this place of the storage.',
    help: 'Choose an empty container or folder.',
  },
  E_REPOSITORY_PASSWORD_WRONG: {
    retry: 'after-repair',
    meaning: 'The password does not open the repository.',
    help: 'Give one of its passwords; firn repository password list names them.',
  },
  E_REPOSITORY_KEYS_CHANGED: {
    retry: 'later',
    meaning: 'The repository is written under a newer key epoch, or the key is not its own.',
    help: 'Nothing after a key rotation: the work begins anew with the newest key.',
  },
  E_REPOSITORY_SLOT_UNKNOWN: {
    retry: 'never',
    meaning: 'The repository has no such password or key.',
    help: 'Take an id that firn repository password list shows.',
  },
  E_REPOSITORY_SLOT_LAST: {
    retry: 'never',
    meaning: 'Without its last password or key nobody could open the repository.',
    help: 'Add another password first.',
  },
  E_REPOSITORY_NOT_ENCRYPTED: {
    retry: 'never',
    meaning: 'The key of the repository lies open: a password would protect nothing.',
    help: 'Turn encryption on with firn repository rotate-key.',
  },
  E_KEY_SERVICE_KEY_UNKNOWN: {
    retry: 'after-repair',
    meaning: 'The key service has no key of this name.',
    help: 'Check the name, and that the key service or its file is the right one.',
  },
  E_KEY_SERVICE_REFUSED: {
    retry: 'after-repair',
    meaning: 'The key service did not wrap this key.',
    help: 'Use the key service with which the repository was set up, or a password.',
  },
  E_KEY_SERVICE_UNAVAILABLE: {
    retry: 'after-repair',
    meaning: 'The key service cannot be reached, or its file cannot be read.',
    help: 'Check the key file and its rights.',
  },
  E_REPOSITORY_UNSUPPORTED: {
    retry: 'after-repair',
    meaning: 'The repository was written by a newer version of Firn.',
    help: 'Update Firn on this proxy.',
  },
  E_SESSION_SUPERSEDED: {
    retry: 'never',
    meaning: 'The session ended, or a newer attempt of it has begun.',
    help: 'Nothing: the newer attempt goes on.',
  },
  E_POINT_NOT_FOUND: {
    retry: 'never',
    meaning: 'The repository has no such restore point of this job.',
    help: 'List the restore points and use one that exists.',
  },
  E_OBJECT_NOT_IN_POINT: {
    retry: 'never',
    meaning: 'The restore point does not hold this object.',
    help: 'List the objects of the restore point and use one that exists.',
  },
  E_OBJECT_NOT_FOUND: {
    retry: 'never',
    meaning: 'The repository holds no restore point of this object or user.',
    help: 'List the objects of a restore point with firn explore, and use one that exists.',
  },
  E_FOLDER_NOT_FOUND: {
    retry: 'never',
    meaning: 'No chosen object has this folder.',
    help: 'firn explore folders lists the folders of an object with their ids, firn rescue browse their paths.',
  },
  E_OBJECT_ERASED: {
    retry: 'never',
    meaning: 'The object was erased from the repository.',
    help: 'Nothing: its keys were destroyed, and nothing brings it back.',
  },
  E_OBJECT_STATE_LOST: {
    retry: 'never',
    meaning: 'What a restore point held of an object was lost in the repository.',
    help: 'Choose another restore point of the object, or one of a backup copy. The next backup reads the object in full.',
  },
  E_ERASED_DATA_LEFT: {
    retry: 'never',
    meaning: 'A blob that held data of erased objects is still in the storage.',
    help: 'Nothing: the finding says why it stays, and until when.',
  },
  E_ITEM_NOT_STORED: {
    retry: 'never',
    meaning: 'Nothing is stored of the item.',
    help: 'Run the backup job again; the item is read in full.',
  },
  E_REPOSITORY_FENCED: {
    retry: 'never',
    meaning: 'Another process owns the repository now.',
    help: 'Nothing: the new owner goes on with what was running.',
  },
  E_REPOSITORY_ENTRY_VOID: {
    retry: 'never',
    meaning: "What was to be written would be void by the rules of the repository's log.",
    help: 'Keep the log and report the defect.',
  },
  E_REPOSITORY_JOB_BUSY: {
    retry: 'never',
    meaning: 'Another session of the job is open in the repository.',
    help: 'Wait for that session to end, or stop it.',
  },
  E_REPOSITORY_PACK_CONDEMNED: {
    retry: 'never',
    meaning: 'A pack that was to be referred to is about to be deleted as garbage.',
    help: 'Nothing: its content is stored anew.',
  },
} as const satisfies Record<string, ErrorCodeEntry>;
