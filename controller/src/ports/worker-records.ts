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
  readonly lifeMs: number;
}

export interface ApplianceRecords {
  insert(appliance: NewAppliance): Promise<void>;
  get(workerId: string): Promise<Appliance | undefined>;
  launched(workerId: string, handle: string): Promise<void>;
  working(workerId: string): Promise<void>;
  /** It did all that the owner had for it. */
  succeeded(workerId: string): Promise<void>;
  ended(workerId: string): Promise<void>;
  live(): Promise<readonly Appliance[]>;
  /** Sessions whose appliance did its work within the last withinMs. */
  servedWithin(withinMs: number): Promise<readonly string[]>;
  /** How many of this session ended before their work was done. */
  countFailed(sessionId: string): Promise<number>;
}
