import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Secrets } from '../../ports/secrets.ts';

export const nodeSecrets: Secrets = {
  uuid: () => randomUUID(),
  token: () => randomBytes(32).toString('base64url'),
  hash: (token) => createHash('sha256').update(token).digest(),
  equal: (a, b) => a.length === b.length && timingSafeEqual(a, b),
};
