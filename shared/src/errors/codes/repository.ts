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
} as const satisfies Record<string, ErrorCodeEntry>;
