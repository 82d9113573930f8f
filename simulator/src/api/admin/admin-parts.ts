import type { DeltaPolicy } from '../../app/delta-policy.ts';
import type { FaultRules } from '../../app/fault-rules.ts';
import type { Latency } from '../../app/latency.ts';
import type { SentLog } from '../../app/mail/sent-log.ts';
import type { OutlookBudget } from '../../app/outlook-budget.ts';
import type { RequestStats } from '../../app/request-stats.ts';
import type { TruthBook } from '../../app/truth-book.ts';
import type { AppRegistry } from '../../domain/app-registration.ts';
import type { ContentParty } from '../../domain/content-party.ts';
import type { Directory } from '../../domain/directory.ts';
import type { Clock } from '../../ports/clock.ts';

/** What the administrator acts on. */
export interface AdminParts {
  readonly clock: Clock & { advance(ms: number): void };
  readonly directory: Directory;
  readonly apps: AppRegistry;
  readonly truth: TruthBook;
  readonly parties: readonly ContentParty[];
  readonly stats: RequestStats;
  readonly budget: OutlookBudget;
  readonly faults: FaultRules;
  readonly latency: Latency;
  readonly delta: DeltaPolicy;
  readonly sent: SentLog;
}
