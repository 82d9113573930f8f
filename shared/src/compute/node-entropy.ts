import { randomBytes } from 'node:crypto';
import type { Entropy } from '../repository/ports.ts';

/** The system's random generator. */
export const nodeEntropy: Entropy = {
  randomBytes: (length) => new Uint8Array(randomBytes(length)),
};
