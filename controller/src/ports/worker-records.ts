import type { ApplianceUsage } from '../domain/appliance-limits.ts';
import type { ApplianceSettings } from '../domain/appliance-settings.ts';
import type { SessionAttempt } from '../domain/session.ts';
import type {
  Appliance,
  EnrollmentToken,
  Worker,
  WorkerCertificate,
  WorkerKind,
} from '../domain/worker.ts';
import type { Page, PageRequest } from './records.ts';

export interface NewWorker {
  readonly id: string;
  readonly kind: WorkerKind;
  readonly name: string;
}

export interface NewEnrollmentToken {
  readonly tokenHash: Uint8Array;
  readonly workerKind: WorkerKind;
  readonly workerName: string;
  readonly workerId: string;
  readonly lifeMs: number;
}

export interface WorkerRecords {
  /** Fails with E_NAME_TAKEN. */
  insert(worker: NewWorker): Promise<void>;
  /** Also revoked ones, and appliances. */
  get(id: string): Promise<Worker | undefined>;
  /** A proxy that is not revoked. */
  findProxy(idOrName: string): Promise<Worker | undefined>;
  listProxies(page: PageRequest): Promise<Page<Worker>>;
  usersOf(id: string): Promise<readonly string[]>;
  /** A new link of this process: raises the link epoch, names the incarnation. */
  connect(id: string, link: { incarnation: string; version: string }): Promise<Worker | undefined>;
  /** Only when its incarnation is still the named one. */
  touch(id: string): Promise<void>;
  revoke(id: string): Promise<void>;

  insertToken(token: NewEnrollmentToken): Promise<{ expiresAt: string }>;
  /** Locked until the transaction ends. */
  lockToken(tokenHash: Uint8Array): Promise<EnrollmentToken | undefined>;
  useToken(tokenHash: Uint8Array, publicKeyHash: Uint8Array): Promise<void>;

  insertCertificate(certificate: WorkerCertificate): Promise<void>;
  certificateByKey(
    workerId: string,
    publicKeyHash: Uint8Array,
  ): Promise<WorkerCertificate | undefined>;
  certificateBySerial(serialNumber: string): Promise<WorkerCertificate | undefined>;
}

export interface NewAppliance {
  readonly workerId: string;
  readonly sessionId: string;
  readonly attempt: number;
  readonly templateId: string | null;
  readonly organizationId: string | null;
  readonly lifeMs: number;
  readonly settings: ApplianceSettings;
  readonly choice: string;
  readonly dollarsPerHour: number | null;
  readonly sealedRequest: Uint8Array;
}

export interface EndOfAppliance {
  readonly reason: string;
  /** The cloud had no room for its choice. */
  readonly refused?: boolean;
}

export interface ApplianceRecords {
  /** Until the transaction ends nobody else launches or counts. */
  lockLaunches(): Promise<void>;
  usage(): Promise<ApplianceUsage>;
  insert(appliance: NewAppliance): Promise<void>;
  get(workerId: string): Promise<Appliance | undefined>;
  /** Before each launch call. undefined: it is being ended, and must not be called. */
  sent(workerId: string): Promise<Appliance | undefined>;
  launched(workerId: string, handle: string): Promise<void>;
  saidHello(workerId: string): Promise<void>;
  working(workerId: string): Promise<void>;
  /**
   * It did all that the owner had for it. From the first time on it may be kept warm, for as
   * long as its template says, and while it has at least lifeMsMin of its life left.
   */
  succeeded(workerId: string, lifeMsMin: number): Promise<void>;
  /** It holds nothing of its session any more. Changes only one that succeeded and is to be kept. */
  freed(workerId: string): Promise<void>;
  /** A warm one gets another session. @returns false when it is not warm any more */
  reassigned(workerId: string, session: SessionAttempt): Promise<boolean>;
  /** The first reason stays. @returns the appliance as it is now */
  ending(workerId: string, end: EndOfAppliance): Promise<Appliance | undefined>;
  /** The cloud shows nothing of it. */
  ended(workerId: string): Promise<void>;
  /** Not ended, oldest first. */
  live(): Promise<readonly Appliance[]>;
  /** Sessions whose appliance did its work, and ended or was freed, within the last withinMs. */
  servedWithin(withinMs: number): Promise<readonly string[]>;
  /**
   * How many of the session's newest came to nothing in a row: neither did their
   * work, nor lived for workedMs after their Hello.
   */
  countFailed(sessionId: string, workedMs: number): Promise<number>;
  /** Choices of the session for which there was no room within the last withinMs. */
  refusedChoices(sessionId: string, withinMs: number): Promise<readonly string[]>;
  /** All places where something was started, and ended no longer than withinMs ago. */
  places(withinMs: number): Promise<readonly ApplianceSettings[]>;
}
