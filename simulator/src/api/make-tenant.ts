import { DeltaPolicy } from '../app/delta-policy.ts';
import { FaultRules } from '../app/fault-rules.ts';
import { Latency } from '../app/latency.ts';
import { MailParty } from '../app/mail/mail-party.ts';
import { Mailboxes } from '../app/mail/mailboxes.ts';
import { populateMail } from '../app/mail/populate-mail.ts';
import { SentLog } from '../app/mail/sent-log.ts';
import { OutlookBudget } from '../app/outlook-budget.ts';
import { RequestStats } from '../app/request-stats.ts';
import { TruthBook } from '../app/truth-book.ts';
import type { SimulatorConfig } from '../config.ts';
import type { AppRegistry } from '../domain/app-registration.ts';
import { Directory } from '../domain/directory.ts';
import type { Drives } from '../domain/drive/drive.ts';
import { randomStream } from '../domain/random-stream.ts';
import type { MailPlan } from '../domain/seed/seeded-mail.ts';
import { namedUser, seededUsers } from '../domain/seed/seeded-users.ts';
import type { AccessTokens } from '../ports/access-tokens.ts';
import type { ClientAssertions } from '../ports/client-assertions.ts';
import type { Clock } from '../ports/clock.ts';
import type { Hasher } from '../ports/hasher.ts';
import type { Ids } from '../ports/ids.ts';
import type { MailContents } from '../ports/mail-contents.ts';
import type { Spool } from '../ports/spool.ts';
import type { TokenSealer } from '../ports/token-sealer.ts';
import type { AdminParts } from './admin/admin-parts.ts';
import { controlRoutes } from './admin/control-routes.ts';
import { directoryAdminRoutes } from './admin/directory-admin-routes.ts';
import { truthRoutes } from './admin/truth-routes.ts';
import { batchRoute } from './core/batch.ts';
import { Dispatcher } from './core/dispatcher.ts';
import { PlainRoutes } from './core/plain-routes.ts';
import { userDeltaRoute } from './directory/user-delta.ts';
import { userRoutes } from './directory/user-routes.ts';
import { makeDrivePart } from './drive/drive-part.ts';
import { identityRoutes } from './identity/identity-routes.ts';
import type { MailContext } from './mail/mail-context.ts';
import { mailRoutes } from './mail/mail-routes.ts';
import { importItemRoute } from './mailbox/import-routes.ts';
import { mailboxRoutes } from './mailbox/mailbox-routes.ts';

/** What the composition root builds and a tenant is made of. */
export interface Adapters {
  readonly clock: Clock & { advance(ms: number): void };
  readonly ids: Ids;
  readonly hasher: Hasher;
  readonly sealer: TokenSealer;
  readonly spool: Spool;
  readonly tokens: AccessTokens & { jwks(): Promise<unknown> };
  readonly assertions: ClientAssertions;
  readonly contents: MailContents;
  readonly apps: AppRegistry;
  readonly plan: MailPlan;
  /** Names of the mailboxes that come from folders. */
  readonly mailboxNames: readonly string[];
  readonly adminToken: string;
}

/** The tenant's two front doors, and what stands behind them. */
export interface Tenant {
  readonly directory: Directory;
  readonly mailboxes: Mailboxes;
  /** Empty drives, one for each user who has one. */
  readonly drives: Drives;
  readonly dispatcher: Dispatcher;
  readonly plain: PlainRoutes;
}

/** Fills the tenant and registers every route. */
export function makeTenant(config: SimulatorConfig, adapters: Adapters): Tenant {
  const { clock, ids, apps, tokens } = adapters;
  const truth = new TruthBook();
  const directory = makeDirectory(config, adapters);
  const mailboxes = new Mailboxes({ ...adapters, tenantId: config.tenantId, journal: truth });
  fillMailboxes(config, adapters, { directory, mailboxes });
  const delta = new DeltaPolicy();
  const random = randomStream(`${config.seed}/drives`);
  const drive = makeDrivePart({ ...adapters, directory, journal: truth, delta, random });
  const watch = {
    clock,
    stats: new RequestStats(),
    budget: new OutlookBudget(clock),
    faults: new FaultRules(),
    latency: makeLatency(config),
    delta,
    sent: new SentLog(),
  };
  const parties = [new MailParty(mailboxes, adapters.plan), drive.party];
  const dispatcher = new Dispatcher({ ...watch, ids, tokens });
  const plain = new PlainRoutes({ ...watch, ids, adminToken: adapters.adminToken });
  const importUrlMs = config.importUrlSeconds * 1000;
  const mail: MailContext = { ...adapters, ...watch, directory, mailboxes, importUrlMs };
  dispatcher.register(batchRoute(dispatcher), ...userRoutes({ directory, ...adapters }));
  dispatcher.register(userDeltaRoute({ directory, delta, ...adapters }));
  dispatcher.register(...mailboxRoutes(mail), ...mailRoutes(mail), ...drive.routes);
  const admin: AdminParts = { ...watch, directory, apps, truth, parties };
  plain.register(importItemRoute(mail), ...truthRoutes(admin), ...controlRoutes(admin));
  plain.register(...directoryAdminRoutes({ directory, ...adapters }));
  plain.register(...drive.plainRoutes, ...identityOf(config, adapters));
  return { dispatcher, plain, directory, mailboxes, drives: drive.drives };
}

function makeLatency(config: SimulatorConfig): Latency {
  const plan = { fixedMs: config.latencyMs, jitterMs: config.jitterMs };
  return new Latency(randomStream(`${config.seed}/latency`), plan);
}

function identityOf(config: SimulatorConfig, adapters: Adapters) {
  return identityRoutes({
    ...adapters,
    tenantId: config.tenantId,
    domains: [config.domain],
    jwks: () => adapters.tokens.jwks(),
  });
}

function makeDirectory(config: SimulatorConfig, adapters: Adapters): Directory {
  const directory = new Directory();
  const random = randomStream(`${config.seed}/users`);
  const plan = {
    users: adapters.mailboxNames.length > 0 ? 0 : config.users,
    domain: config.domain,
    createdMs: adapters.plan.newestMs - 3 * 365 * 86_400_000,
    withOddUsers: config.oddUsers,
  };
  for (const name of adapters.mailboxNames) directory.put(namedUser(random, plan, name));
  for (const user of seededUsers(random, plan)) directory.put(user);
  return directory;
}

function fillMailboxes(
  config: SimulatorConfig,
  adapters: Adapters,
  { directory, mailboxes }: { directory: Directory; mailboxes: Mailboxes },
): void {
  const isFromFolders = adapters.mailboxNames.length > 0;
  populateMail(directory, mailboxes, {
    plan: adapters.plan,
    folders: isFromFolders ? 0 : config.folders,
    mailsPerUser: isFromFolders ? 0 : config.mailsPerUser,
  });
}
