import { randomUUID } from 'node:crypto';
import type { Ids } from '../ports/ids.ts';

/** Random identifiers of the platform. */
export class SystemIds implements Ids {
  uuid(): string {
    return randomUUID();
  }
}
