import { DRIVE_CASES } from './drive-cases.ts';
import type { Fixture } from './fixture.ts';
import { MAIL_CASES } from './mail-cases.ts';
import { MAILBOX_CASES } from './mailbox-cases.ts';
import type { HttpReply, TenantClient } from './tenant-client.ts';

/** An endpoint, how to ask it, and what Microsoft publishes of its answer. */
export type ContractCase = {
  readonly name: string;
  /** Method and path as in the table of endpoints. */
  readonly endpoint: string;
  /** Type of the entity, or of the members of the collection. */
  readonly type: string;
  readonly isCollection?: boolean;
  /** Default 200. */
  readonly status?: number;
  /** File of a published example whose members the answer must have. */
  readonly example?: string;
  /** Members of that example which the tenant leaves out, as the comparison words them. */
  readonly lacking?: readonly string[];
  readonly send: (client: TenantClient, fixture: Fixture) => Promise<HttpReply>;
};

export const CASES: readonly ContractCase[] = [...DRIVE_CASES, ...MAILBOX_CASES, ...MAIL_CASES];
