import type { ErrorCodeEntry } from '../codes.ts';

export const cliCodes = {
  E_SESSION_FAILED: {
    retry: 'after-repair',
    meaning: 'A session that a command waited for did not end well.',
    help: 'Look at it with firn session log and firn session objects.',
  },
  E_DEMO_RUNNING: {
    retry: 'after-repair',
    meaning: 'Another demo of this checkout is still running.',
    help: 'End it with Ctrl-C in its terminal, then start this one again.',
  },
  E_RESCUE_TARGET_UNUSABLE: {
    retry: 'after-repair',
    meaning: 'The folder that a rescue writes to, or its journal there, cannot be written.',
    help: 'Do what the message says, or choose another folder; then run the same command again: what has its file stays.',
  },
  E_RESCUE_FILE_REFUSED: {
    retry: 'never',
    meaning: 'The file system refuses a file that a rescue writes.',
    help: 'Restore the item to another file system.',
  },
  E_PRICES_INVALID: {
    retry: 'never',
    meaning: 'A file of prices is not as it should be.',
    help: 'Correct what the message names. docs/cost.md has the format.',
  },
} as const satisfies Record<string, ErrorCodeEntry>;
