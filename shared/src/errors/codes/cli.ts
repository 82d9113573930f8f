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
} as const satisfies Record<string, ErrorCodeEntry>;
