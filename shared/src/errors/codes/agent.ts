import type { ErrorCodeEntry } from '../codes.ts';

export const agentCodes = {
  E_BROWSE_CACHE_FAILED: {
    retry: 'later',
    meaning:
      'The proxy agent cannot write its browse cache; browsing goes on without it, searching does not.',
    help: 'Look for free space and rights in the data folder of the proxy agent. The file can be deleted at any time.',
  },
  E_BROWSE_CACHE_FULL: {
    retry: 'after-repair',
    meaning: 'The browse cache of the proxy agent is too small for what is searched.',
    help: 'Search fewer objects, or raise FIRN_BROWSE_CACHE_BYTES of the proxy agent.',
  },
  E_ASSIGNMENT_LOST: {
    retry: 'never',
    meaning: 'The controller gave the session to another attempt.',
    help: 'Nothing: the newer attempt goes on.',
  },
  E_JOIN_STRING_INVALID: {
    retry: 'after-repair',
    meaning: 'The join string is incomplete or is not one.',
    help: 'Copy the whole join string, or make a new one: firn proxy join.',
  },
  E_CA_PIN_MISMATCH: {
    retry: 'after-repair',
    meaning: 'The server at the controller address is not the one that made the join string.',
    help: 'Check the address and what stands between; make a new join string if the CA is new.',
  },
  E_ENROLMENT_REFUSED: {
    retry: 'after-repair',
    meaning: 'The controller refused the enrolment: the token is used, expired or unknown.',
    help: 'Make a new join string and start the worker with it.',
  },
  E_IDENTITY_MISSING: {
    retry: 'after-repair',
    meaning: 'The worker is not enrolled and has no join string.',
    help: 'Make a join string and set FIRN_JOIN or FIRN_JOIN_FILE.',
  },
  E_CONTROLLER_UNREACHABLE: {
    retry: 'later',
    meaning: 'The controller did not answer.',
    help: 'Check the address, the network, and that the controller runs. A worker dials again by itself.',
  },
  E_CONTROLLER_SILENT: {
    retry: 'later',
    meaning: 'The controller was silent for so long that the worker gave up.',
    help: 'Check the controller; it starts another appliance for the session.',
  },
  E_LINK_LOST: {
    retry: 'later',
    meaning: 'The link to the controller broke.',
    help: 'Nothing: the worker dials again.',
  },
  E_LINK_SUPERSEDED: {
    retry: 'after-repair',
    meaning: 'Another process with the same identity has dialled the controller.',
    help: 'Run one process per data folder; end the older one.',
  },
  E_APPLIANCE_INTERRUPTED: {
    retry: 'later',
    meaning: 'The cloud takes the machine of the appliance away: spot capacity, or maintenance.',
    help: 'Nothing: what it did not end is given to another one. Without spot it does not happen.',
  },
  E_LIFETIME_OVER: {
    retry: 'never',
    meaning: 'The appliance reached its maximum lifetime.',
    help: 'Nothing: the controller starts another one. Raise FIRN_LIFETIME_MAX_MS for huge copies.',
  },
  E_SEALED_BOX_UNREADABLE: {
    retry: 'later',
    meaning: 'Secrets were sealed to a key that this worker does not hold.',
    help: 'Nothing at first: the controller seals them again. If it stays, enrol the worker anew.',
  },
  E_WORK_UNKNOWN: {
    retry: 'after-repair',
    meaning: 'The assignment asks for work that this version does not know, or is incomplete.',
    help: 'Bring controller and worker to the same version.',
  },
  E_JOURNAL_FAILED: {
    retry: 'after-repair',
    meaning: 'The journal in the data folder cannot be read or written.',
    help: 'Check space and permissions of FIRN_DATA_DIR.',
  },
  E_OBJECT_INCOMPLETE: {
    retry: 'later',
    meaning: 'The source ended the changes of an object without a new sync state.',
    help: 'Nothing: the next session reads the object again.',
  },
} as const satisfies Record<string, ErrorCodeEntry>;
