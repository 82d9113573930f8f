import { createPrivateKey } from 'node:crypto';
import type { Assignment, RunningSession } from '@firn/shared/gen/firn/link/v1/link';
import { SecretBundle, type SessionEnded } from '@firn/shared/gen/firn/link/v1/work';
import { enroll } from '@firn/shared/rpc/enrolment/enroll';
import { decodeJoinString } from '@firn/shared/rpc/enrolment/join-string';
import { makeWorkerKey } from '@firn/shared/rpc/enrolment/worker-key';
import { type GrpcLink, makeGrpcLink, type ViewStream } from '@firn/shared/rpc/link/grpc-link';
import type {
  ControllerMessage,
  LinkStream,
  WorkerMessage,
} from '@firn/shared/rpc/link/link-stream';
import { openBox } from '@firn/shared/rpc/sealed-box';
import type { TestController } from './controller.ts';

type Case = ControllerMessage['$case'];
type MessageOf<C extends Case> = Extract<ControllerMessage, { $case: C }>['value'];

/** Enrolled with a real certificate; what it says on its link is up to the test. */
export class FakeWorker {
  readonly workerId: string;
  readonly certificatePem: string;
  readonly #caPem: string;
  readonly #privateKeyPem: string;
  #grpc: GrpcLink;
  readonly #signal = new AbortController();

  static async enroll(joinString: string): Promise<FakeWorker> {
    const { privateKeyPem, csr } = await makeWorkerKey();
    const signal = AbortSignal.timeout(10_000);
    const enrolment = await enroll(decodeJoinString(joinString), csr, signal);
    return new FakeWorker({ ...enrolment, privateKeyPem });
  }

  /** A proxy agent of this name, enrolled. */
  static async proxy({ client }: TestController, name: string): Promise<FakeWorker> {
    const { joinString } = await client.call('createEnrollmentToken', { body: { name } });
    return FakeWorker.enroll(joinString);
  }

  constructor(identity: {
    readonly workerId: string;
    readonly certificatePem: string;
    readonly caPem: string;
    readonly linkAddress: string;
    readonly privateKeyPem: string;
  }) {
    const { workerId, certificatePem, caPem, linkAddress, privateKeyPem } = identity;
    this.workerId = workerId;
    this.certificatePem = certificatePem;
    this.#caPem = caPem;
    this.#privateKeyPem = privateKeyPem;
    this.#grpc = this.#linkTo(linkAddress);
  }

  #linkTo(address: string): GrpcLink {
    const caPem = this.#caPem;
    const certificatePem = this.certificatePem;
    const privateKeyPem = this.#privateKeyPem;
    return makeGrpcLink({ address, credentials: () => ({ caPem, certificatePem, privateKeyPem }) });
  }

  /** Dials another controller process, and waits until it is welcome. */
  async redial(
    { ready }: TestController,
    running: readonly RunningSession[] = [],
  ): Promise<FakeLink> {
    this.#grpc = this.#linkTo(ready.grpc);
    const link = await this.dial({ running });
    await link.next('welcome');
    return link;
  }

  /** A link without its Hello. */
  async dialSilently(): Promise<FakeLink> {
    return new FakeLink(await this.#grpc.dial(this.#signal.signal));
  }

  async dial(
    options: { incarnation?: string; running?: readonly RunningSession[] } = {},
  ): Promise<FakeLink> {
    const stream = await this.#grpc.dial(this.#signal.signal);
    const link = new FakeLink(stream);
    const { incarnation = 'first', running = [] } = options;
    await link.send({
      $case: 'hello',
      value: { workerVersion: '0.0.0-test', incarnation, running: [...running] },
    });
    return link;
  }

  async view(): Promise<ViewStream> {
    const view = await this.#grpc.view(this.#signal.signal);
    await view.send({ requestId: '', answer: { $case: 'opened', value: {} } });
    return view;
  }

  renewCertificate(csr: Uint8Array): Promise<string> {
    return this.#grpc.renewCertificate(csr, this.#signal.signal);
  }

  secretsOf({ secrets }: Pick<Assignment, 'secrets'>): SecretBundle {
    if (secrets === undefined) throw new Error('the assignment has no secrets');
    return SecretBundle.decode(openBox(createPrivateKey(this.#privateKeyPem), secrets));
  }
}

/** One link: sends, and waits for messages of a kind in the order they came. */
export class FakeLink {
  readonly #stream: LinkStream;
  readonly #received: ControllerMessage[] = [];
  #wake = () => {};
  #ended: { readonly error: unknown } | undefined;
  readonly #sequences = new Map<string, bigint>();

  constructor(stream: LinkStream) {
    this.#stream = stream;
    this.#read().then(
      () => this.#end(undefined),
      (error: unknown) => this.#end(error),
    );
  }

  async #read(): Promise<void> {
    for await (const message of this.#stream.incoming) {
      this.#received.push(message);
      this.#wake();
    }
  }

  #end(error: unknown): void {
    this.#ended = { error };
    this.#wake();
  }

  send(message: WorkerMessage): Promise<void> {
    return this.#stream.send(message);
  }

  /** The next message of this kind; those of other kinds stay. */
  async next<C extends Case>(kind: C): Promise<MessageOf<C>> {
    for (;;) {
      const index = this.#received.findIndex(({ $case }) => $case === kind);
      if (index >= 0) return this.#received.splice(index, 1)[0]?.value as MessageOf<C>;
      if (this.#ended !== undefined) {
        throw new Error(`the link ended before ${kind}`, { cause: this.#ended.error });
      }
      await this.#news();
    }
  }

  /** Messages of this kind that came and were not asked for. */
  pending(kind: Case): number {
    return this.#received.filter(({ $case }) => $case === kind).length;
  }

  async ended(): Promise<unknown> {
    while (this.#ended === undefined) await this.#news();
    return this.#ended.error;
  }

  async #news(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    await promise;
  }

  /** Takes the next assignment and accepts it. */
  async accept(): Promise<Assignment> {
    const assignment = await this.next('assignment');
    const { sessionId, attempt } = assignment;
    await this.send({ $case: 'accepted', value: { sessionId, attempt } });
    return assignment;
  }

  /** Sends an event with the next number of the attempt and waits for its acknowledgement. */
  async event(
    { sessionId, attempt }: RunningSession,
    event: NonNullable<Extract<WorkerMessage, { $case: 'event' }>['value']['event']>,
  ): Promise<void> {
    const key = `${sessionId} ${attempt}`;
    const sequence = (this.#sequences.get(key) ?? 0n) + 1n;
    this.#sequences.set(key, sequence);
    await this.send({
      $case: 'event',
      value: { sessionId, attempt, sequence, at: new Date(), event },
    });
    await this.next('eventAck');
  }

  async end(of: RunningSession, ended: Partial<SessionEnded> = {}): Promise<void> {
    const value = { status: 'success', counts: undefined, problem: undefined, ...ended };
    await this.event(of, { $case: 'ended', value });
  }

  close(): void {
    this.#stream.close();
  }
}
