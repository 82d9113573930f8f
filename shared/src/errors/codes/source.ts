import type { ErrorCodeEntry } from '../codes.ts';

export const sourceCodes = {
  E_SOURCE_THROTTLED: {
    retry: 'later',
    meaning: 'The service asked to slow down.',
    help: 'Nothing: Firn waits as long as the service asks.',
  },
} as const satisfies Record<string, ErrorCodeEntry>;
