import type { ApplianceSettings } from './appliance-settings.ts';

/** Whoever dials the controller with a certificate of its CA. */
export interface Worker {
  readonly id: string;
  readonly kind: WorkerKind;
  readonly name: string;
  readonly version: string | null;
  /** Of the newest process: it alone may own the worker's repositories. */
  readonly incarnation: string | null;
  /** Grows with every link; the newest link wins. */
  readonly linkEpoch: number;
  readonly lastSeenAt: string | null;
  readonly certificateExpiresAt: string | null;
  readonly revokedAt: string | null;
  readonly createdAt: string;
}

export type WorkerKind = 'proxy' | 'appliance';

export interface WorkerCertificate {
  readonly serialNumber: string;
  readonly workerId: string;
  readonly publicKeyHash: Uint8Array;
  readonly certificatePem: string;
  readonly expiresAt: string;
}

/** A right to enrol once, as one worker. */
export interface EnrollmentToken {
  readonly tokenHash: Uint8Array;
  readonly workerKind: WorkerKind;
  readonly workerName: string;
  readonly workerId: string;
  readonly expired: boolean;
  readonly usedPublicKeyHash: Uint8Array | null;
  /** Used so recently that a lost reply may be asked for again. */
  readonly usedRecently: boolean;
}

/**
 * An archiver appliance of one attempt of a copy session; a warm one: of the session
 * that it had, of which it holds nothing any more.
 */
export interface Appliance {
  readonly workerId: string;
  readonly sessionId: string;
  readonly attempt: number;
  readonly state: 'intended' | 'launched' | 'working' | 'warm' | 'ended';
  /** As the cloud calls it; null: it has shown nothing of it. */
  readonly handle: string | null;
  readonly overdue: boolean;
  /** That it was launched by; null: none, on the controller's machine. */
  readonly templateId: string | null;
  /** Whose work it was launched for. */
  readonly organizationId: string | null;
  /** By its template as that is now; 0: it ends with its work, or the template is gone. */
  readonly keepWarmMinutes: number;
  /** Until it is kept no longer; null: it did not get its last task, or is not kept at all. */
  readonly warmLeftMs: number | null;
  /** Where it was started, as it was then. */
  readonly settings: ApplianceSettings;
  /** Description of the launcher's choice. */
  readonly choice: string;
  /** The launcher's exact request, sealed. */
  readonly sealedRequest: Uint8Array;
  /** Since the newest launch call; null: there was none. */
  readonly sentAgoMs: number | null;
  /** Since the intent was recorded. */
  readonly startedAgoMs: number;
  /** It has dialled. */
  readonly saidHello: boolean;
  /** The cloud had no room for its choice: nothing was started. */
  readonly refused: boolean;
  /** It is being ended, and nothing takes that back. */
  readonly isEnding: boolean;
}
