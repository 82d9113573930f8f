import type { ErrorCodeEntry } from '../codes.ts';

export const agentCodes = {
  E_ASSIGNMENT_LOST: {
    retry: 'never',
    meaning: 'The controller gave the session to another attempt.',
    help: 'Nothing: the newer attempt goes on.',
  },
} as const satisfies Record<string, ErrorCodeEntry>;
