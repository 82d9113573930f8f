import type { ErrorCodeEntry } from '../codes.ts';

export const controllerCodes = {
  E_NOT_FOUND: {
    retry: 'never',
    meaning: 'There is no such resource.',
    help: 'List the resources and use an id or name that exists.',
  },
} as const satisfies Record<string, ErrorCodeEntry>;
