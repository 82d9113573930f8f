import { AzureError, invalidHeader } from './azure-error.ts';

/** Of a version: unlocked ones may be shortened and removed, locked ones only prolonged. */
export interface Policy {
  readonly untilMs: number;
  readonly mode: 'Unlocked' | 'Locked';
}

export interface Protected {
  readonly policy: Policy | undefined;
  readonly legalHold: boolean;
}

/** The policy that headers ask for; undefined when they ask for none. */
export function readPolicy(
  header: (name: string) => string | undefined,
  nowMs: number,
): Policy | undefined {
  const until = header('x-ms-immutability-policy-until-date');
  const mode = header('x-ms-immutability-policy-mode') ?? 'Unlocked';
  if (until === undefined) return undefined;
  const untilMs = Date.parse(until);
  if (!(untilMs > nowMs)) throw invalidHeader('x-ms-immutability-policy-until-date', until);
  return { untilMs, mode: readMode(mode) };
}

/** A policy in the place of another. A locked one is never shortened, nor unlocked. */
export function changedPolicy(present: Policy | undefined, next: Policy | undefined) {
  if (present?.mode !== 'Locked') return next;
  if (next?.mode === 'Locked' && next.untilMs >= present.untilMs) return next;
  throw immutable();
}

/** Refuses to delete a version that is protected. */
export function checkDeletable({ policy, legalHold }: Protected, nowMs: number): void {
  if (legalHold) {
    throw new AzureError(
      'BlobImmutableDueToLegalHold',
      'This operation is not permitted as the blob is immutable due to one or more legal holds.',
    );
  }
  if (policy && policy.untilMs > nowMs) throw immutable();
}

function readMode(text: string): Policy['mode'] {
  if (text.toLowerCase() === 'unlocked') return 'Unlocked';
  if (text.toLowerCase() === 'locked') return 'Locked';
  throw invalidHeader('x-ms-immutability-policy-mode', text);
}

function immutable(): AzureError {
  return new AzureError(
    'BlobImmutableDueToPolicy',
    'This operation is not permitted as the blob is immutable due to a policy.',
  );
}
