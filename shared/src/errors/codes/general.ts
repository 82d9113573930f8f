import type { ErrorCodeEntry } from '../codes.ts';

export const generalCodes = {
  E_INTERNAL: {
    retry: 'later',
    meaning: 'A defect of Firn.',
    help: 'Keep the log and report the defect.',
  },
  E_CONFIG_INVALID: {
    retry: 'after-repair',
    meaning: 'The configuration cannot be used.',
    help: 'Correct what the message names: --help lists the options of a command, docs/configuration.md the settings.',
  },
  E_SERVICE_START: {
    retry: 'after-repair',
    meaning: 'A local service that Firn starts itself did not start.',
    help: 'Read the lines that the message quotes; install or free what the service lacks.',
  },
  E_COMPUTE_FAILED: {
    retry: 'later',
    meaning: 'A thread that compresses and seals has ended while it was working.',
    help: 'Nothing: the work is tried again. When it happens often, look for a lack of memory.',
  },
  E_CANCELLED: {
    retry: 'later',
    meaning: 'The work was cancelled.',
    help: 'Start it again when wanted.',
  },
} as const satisfies Record<string, ErrorCodeEntry>;
