import { agentCodes } from './codes/agent.ts';
import { checkCodes } from './codes/check.ts';
import { cliCodes } from './codes/cli.ts';
import { controllerCodes } from './codes/controller.ts';
import { generalCodes } from './codes/general.ts';
import { repositoryCodes } from './codes/repository.ts';
import { sourceCodes } from './codes/source.ts';
import { storageCodes } from './codes/storage.ts';

/**
 * - `never`: the same call fails again until the input or the program changes
 * - `later`: the same call may succeed by itself
 * - `after-repair`: the same call succeeds once an operator has acted
 */
export type Retry = 'never' | 'later' | 'after-repair';

export interface ErrorCodeEntry {
  readonly retry: Retry;
  readonly meaning: string;
  /** What the operator does. */
  readonly help: string;
}

/** Every error code of Firn. docs/errors.md lists the same; a test compares them. */
export const errorCodes = {
  ...generalCodes,
  ...storageCodes,
  ...repositoryCodes,
  ...checkCodes,
  ...sourceCodes,
  ...controllerCodes,
  ...agentCodes,
  ...cliCodes,
} as const;

export type ErrorCode = keyof typeof errorCodes;
