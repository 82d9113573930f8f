import type { ErrorCodeEntry } from '../codes.ts';

export const sourceCodes = {
  E_SOURCE_THROTTLED: {
    retry: 'later',
    meaning: 'The service asked to slow down.',
    help: 'Nothing: Firn waits as long as the service asks.',
  },
  E_SOURCE_UNAVAILABLE: {
    retry: 'later',
    meaning: 'The service did not answer, or answered that it failed.',
    help: 'Nothing at first: Firn tries again. If it stays, check the network and the service health.',
  },
  E_SOURCE_SIGN_IN_FAILED: {
    retry: 'after-repair',
    meaning: 'The organization gave no token for the application.',
    help: 'Check tenant id, client id and that the certificate is registered and not expired.',
  },
  E_SOURCE_DENIED: {
    retry: 'after-repair',
    meaning: 'The application may not do this in the organization.',
    help: 'Grant the application permissions of docs/fidelity.md with admin consent.',
  },
  E_SOURCE_USER_NOT_FOUND: {
    retry: 'after-repair',
    meaning: 'A scope names users who do not exist in the organization.',
    help: 'Correct or remove the names that the message lists.',
  },
  E_SOURCE_NOT_PROVISIONED: {
    retry: 'after-repair',
    meaning: 'The user has no mailbox or no OneDrive.',
    help: 'Assign a licence, or let the user open OneDrive once; otherwise nothing.',
  },
  E_SOURCE_NOT_FOUND: {
    retry: 'never',
    meaning: 'What was asked for is not there any more.',
    help: 'Nothing: the next session sees the present state.',
  },
  E_SOURCE_EXISTS: {
    retry: 'never',
    meaning: 'Something of this name is there already.',
    help: 'Rename or remove it, or restore to another place.',
  },
  E_SOURCE_RESYNC: {
    retry: 'later',
    meaning: 'The service does not know the sync state any more.',
    help: 'Nothing: Firn enumerates everything and reads only what changed.',
  },
  E_SOURCE_LOCKED: {
    retry: 'after-repair',
    meaning: 'The mailbox, drive or file is locked.',
    help: 'Unlock it, or wait until whoever works on it is done.',
  },
  E_SOURCE_QUOTA: {
    retry: 'after-repair',
    meaning: 'The mailbox or drive is full.',
    help: 'Free space or raise the quota, then run the work again.',
  },
  E_SOURCE_REFUSED: {
    retry: 'after-repair',
    meaning: 'The service refused the request.',
    help: 'Read the code of the service in the message; report it when it seems to be a defect.',
  },
  E_SOURCE_PROTOCOL: {
    retry: 'later',
    meaning: 'The service answered other than documented.',
    help: 'Try again; if it stays, keep the log and report it.',
  },
  E_SOURCE_ITEM_UNREADABLE: {
    retry: 'later',
    meaning: 'The service cannot give out this item.',
    help: 'Open the item in its application. Firn tries it again in every session.',
  },
  E_SOURCE_MALWARE: {
    retry: 'after-repair',
    meaning: 'The service holds the file back because it found malware in it.',
    help: 'Let an administrator release or delete the file.',
  },
  E_SOURCE_ITEM_TOO_LARGE: {
    retry: 'never',
    meaning: 'The item is larger than Firn or the service can transfer.',
    help: 'Split or move the item; docs/fidelity.md has the limits.',
  },
  E_SOURCE_CONTENT_MISMATCH: {
    retry: 'later',
    meaning: 'Transferred content does not have the size or hash that the service states.',
    help: 'Nothing at first: Firn tries again in the next session.',
  },
} as const satisfies Record<string, ErrorCodeEntry>;
