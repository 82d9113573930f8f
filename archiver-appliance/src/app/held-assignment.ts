import type { Bus } from '@firn/shared/bus/bus';
import { publishProgress } from '@firn/shared/bus/progress-meter';
import type { Assignment, RunningSession } from '@firn/shared/gen/firn/link/v1/link';
import {
  type SealedBox,
  SecretBundle,
  StorageCredential,
} from '@firn/shared/gen/firn/link/v1/work';
import type { Compute, Entropy } from '@firn/shared/repository/ports';
import type { SendOnLink } from '@firn/shared/rpc/link/run-link';
import { StorageCredentials } from '@firn/shared/rpc/storage-credentials';
import type { Clock } from '@firn/shared/time/clock';
import type { BoxOpener } from '../ports/box-opener.ts';
import type { Storages } from '../ports/storages.ts';
import { RepackSession } from './repack-session.ts';

/** What an assignment is worked on with. */
export interface WorkPorts {
  readonly clock: Clock;
  readonly bus: Bus;
  readonly storages: Storages;
  readonly boxes: BoxOpener;
  readonly compute: Compute;
  readonly entropy: Entropy;
  readonly workerId: string;
}

export interface HoldAssignment {
  readonly assignment: Assignment;
  readonly taskConcurrency: number;
  readonly send: SendOnLink;
  /** Aborts when the appliance ends. */
  readonly life: AbortSignal;
}

/**
 * One assignment and all that came with it and for it: credentials, plans, results,
 * progress. Once released nothing of it is used or kept.
 */
export class HeldAssignment {
  readonly key: RunningSession;
  /** How long to wait for another one after it. 0: not at all. */
  readonly keepWarmMs: number;
  readonly repack: RepackSession;
  readonly #boxes: BoxOpener;
  readonly #credentials: StorageCredentials;
  readonly #over = new AbortController();
  readonly #progress: Promise<void>;

  constructor(ports: WorkPorts, options: HoldAssignment) {
    const { assignment, taskConcurrency, send, life } = options;
    const { sessionId, attempt } = assignment;
    const { clock, bus, workerId } = ports;
    this.#boxes = ports.boxes;
    this.key = { sessionId, attempt };
    this.keepWarmMs = keepWarmMsOf(assignment);
    this.#credentials = new StorageCredentials(clock, (_, storageId) =>
      send({ $case: 'credentialsRequest', value: { sessionId, storageId } }),
    );
    this.#putSecrets(assignment);
    const signal = AbortSignal.any([life, this.#over.signal]);
    this.repack = new RepackSession({
      ...{ ...ports, assignment, taskConcurrency, send, signal },
      credentials: this.#credentials,
    });
    const progress = { key: this.key, meter: this.repack.meter, bus, clock };
    this.#progress = publishProgress({ ...progress, workerId: () => workerId }, signal);
  }

  /** Resolves when its last task was told; rejects when something is wrong with the program. */
  get finished(): Promise<void> {
    return Promise.race([this.repack.finished, this.#progress.then(() => this.repack.finished)]);
  }

  is({ sessionId, attempt }: RunningSession): boolean {
    return this.key.sessionId === sessionId && this.key.attempt === attempt;
  }

  /** A fresh one in place of one that is about to end. */
  putCredential(sealed: SealedBox): void {
    const credential = StorageCredential.decode(this.#boxes.open(sealed));
    this.#credentials.put(this.key.sessionId, credential);
  }

  async release(): Promise<void> {
    this.#over.abort();
    await this.#progress;
  }

  #putSecrets({ secrets }: Assignment): void {
    if (secrets === undefined) return;
    const plain = Uint8Array.from(this.#boxes.open(secrets));
    for (const each of SecretBundle.decode(plain).storages) {
      this.#credentials.put(this.key.sessionId, each);
    }
  }
}

function keepWarmMsOf({ work }: Assignment): number {
  return work?.work?.$case === 'repack' ? work.work.value.keepWarmMs : 0;
}
