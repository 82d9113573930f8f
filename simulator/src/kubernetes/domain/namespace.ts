import { StatusError } from './status-error.ts';

export type Labels = Readonly<Record<string, string>>;

export interface Secret {
  readonly name: string;
  readonly labels: Labels;
  /** Decoded. */
  readonly data: Readonly<Record<string, Uint8Array>>;
}

/** What was asked for, after all checks. */
export interface JobSpec {
  readonly name: string;
  readonly labels: Labels;
  readonly podLabels: Labels;
  readonly deadlineSeconds: number | undefined;
  readonly keptSeconds: number | undefined;
  readonly environment: Readonly<Record<string, string>>;
  /** Where secrets are mounted: path -> secret. */
  readonly mounts: Readonly<Record<string, string>>;
}

export interface Job {
  readonly uid: string;
  readonly spec: JobSpec;
  readonly createdAtMs: number;
  state: 'pending' | 'running' | 'complete' | 'failed';
  endedAtMs: number | undefined;
}

export interface Guests {
  start(job: Job): void;
  cut(job: Job): void;
}

/**
 * The jobs and secrets of one namespace. A pod starts when the clock moves on,
 * ends with its process, with its deadline, or with its job.
 */
export class Namespace {
  readonly name: string;
  readonly jobs = new Map<string, Job>();
  readonly secrets = new Map<string, Secret>();
  readonly #clock: { nowMs(): number };
  readonly #newId: () => string;
  #guests: Guests = { start: () => {}, cut: () => {} };
  #creations = 0;

  constructor(name: string, clock: { nowMs(): number }, newId: () => string) {
    this.name = name;
    this.#clock = clock;
    this.#newId = newId;
  }

  populate(guests: Guests): void {
    this.#guests = guests;
  }

  get nowMs(): number {
    return this.#clock.nowMs();
  }

  get creations(): number {
    return this.#creations;
  }

  createJob(spec: JobSpec): Job {
    if (this.jobs.has(spec.name)) throw exists('jobs.batch', spec.name);
    this.#creations += 1;
    const job: Job = {
      uid: this.#newId(),
      spec,
      createdAtMs: this.nowMs,
      state: 'pending',
      endedAtMs: undefined,
    };
    this.jobs.set(spec.name, job);
    return job;
  }

  createSecret(secret: Secret): void {
    if (this.secrets.has(secret.name)) throw exists('secrets', secret.name);
    this.secrets.set(secret.name, secret);
  }

  deleteJob(job: Job): void {
    this.jobs.delete(job.spec.name);
    this.#guests.cut(job);
  }

  /** The process of its pod has ended. */
  podEnded(job: Job, code: number | null): void {
    if (job.state !== 'running') return;
    job.state = code === 0 ? 'complete' : 'failed';
    job.endedAtMs = this.nowMs;
  }

  tick(): void {
    for (const job of this.jobs.values()) {
      const { deadlineSeconds = Number.POSITIVE_INFINITY, keptSeconds } = job.spec;
      const ageSeconds = (this.nowMs - job.createdAtMs) / 1_000;
      if (job.state === 'pending' && this.#hasSecrets(job)) {
        job.state = 'running';
        this.#guests.start(job);
      } else if (job.endedAtMs === undefined && ageSeconds >= deadlineSeconds) this.#overdue(job);
      const keptMs = (keptSeconds ?? Number.POSITIVE_INFINITY) * 1_000;
      if (job.endedAtMs !== undefined && this.nowMs >= job.endedAtMs + keptMs) this.deleteJob(job);
    }
  }

  #overdue(job: Job): void {
    job.state = 'failed';
    job.endedAtMs = this.nowMs;
    this.#guests.cut(job);
  }

  /** A pod waits for the secrets that it mounts. */
  #hasSecrets({ spec }: Job): boolean {
    return Object.values(spec.mounts).every((name) => this.secrets.has(name));
  }
}

function exists(resource: string, name: string): StatusError {
  return new StatusError(409, 'AlreadyExists', `${resource} "${name}" already exists`);
}
