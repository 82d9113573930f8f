import { AppError } from '../errors/app-error.ts';
import type { LockMode } from './lock-mode.ts';

/** Of the mode that a repository's immutability names. E_WORK_UNKNOWN */
export function lockModeOf(mode: string): LockMode {
  if (mode === 'governance' || mode === 'compliance') return mode;
  throw new AppError('E_WORK_UNKNOWN', `this version does not know the immutability ${mode}`);
}
