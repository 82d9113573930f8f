import type {
  Assignment,
  ConnectResponse,
  RunningSession,
  SessionEvent,
  ViewRequest,
  ViewResponse,
} from '@firn/shared/gen/firn/link/v1/link';
import { type SealedBox, SecretBundle, type Work } from '@firn/shared/gen/firn/link/v1/work';
import type { ViewStream } from '@firn/shared/rpc/link/grpc-link';
import type { ControllerMessage, LinkStream } from '@firn/shared/rpc/link/link-stream';
import type { Boxes } from '../../src/ports/boxes.ts';

/** Boxes that seal nothing. */
export const openBoxes: Boxes = {
  open: (box) => box.ciphertext,
  seal: (_, plain): SealedBox => ({
    ephemeralPublicKey: Buffer.alloc(0),
    nonce: Buffer.alloc(0),
    ciphertext: Buffer.from(plain),
  }),
};

type Ended = Extract<NonNullable<SessionEvent['event']>, { $case: 'ended' }>['value'];

/**
 * The controller's end of links in memory: one at a time, the newest wins. It
 * keeps what a controller keeps: assignments until their end was told, and
 * every event once.
 */
export class FakeController {
  readonly events: SessionEvent[] = [];
  readonly accepted: RunningSession[] = [];
  readonly helloRunning: RunningSession[][] = [];
  /** When false, events are stored but never acknowledged. */
  acknowledges = true;
  /** Named the owner instead of whoever says hello. */
  ownerIncarnation: string | undefined;
  readonly #assignments = new Map<string, Assignment>();
  readonly #seen = new Set<string>();
  readonly #ended = new Map<string, PromiseWithResolvers<Ended>>();
  #link: Mailbox<ControllerMessage> | undefined;

  async dial(): Promise<LinkStream> {
    const mailbox = new Mailbox<ControllerMessage>();
    this.#link?.end();
    this.#link = mailbox;
    return {
      incoming: mailbox,
      close: () => mailbox.end(),
      send: async (message) => {
        if (mailbox.isEnded) throw new Error('the link has ended');
        if (message.$case === 'hello') {
          this.#welcome(mailbox, message.value.incarnation, message.value.running);
        }
        if (message.$case === 'accepted') this.accepted.push(message.value);
        if (message.$case === 'event') this.#event(mailbox, message.value);
      },
    };
  }

  /** Resolves with the session's end. */
  async assign(sessionId: string, work: Work['work'], secrets: Partial<SecretBundle> = {}) {
    const bundle = { storages: [], repositories: [], organization: undefined, ...secrets };
    const plain = SecretBundle.encode(bundle).finish();
    const box = openBoxes.seal('', plain);
    this.#give({ sessionId, attempt: 1, work: { work }, secrets: box });
    return this.ended(sessionId);
  }

  /** The same work at the next attempt. */
  again(sessionId: string): void {
    const assignment = this.#assignments.get(sessionId);
    if (assignment) this.#give({ ...assignment, attempt: assignment.attempt + 1 });
  }

  say(message: NonNullable<ConnectResponse['message']>): void {
    this.#link?.put(message);
  }

  breakLink(): void {
    this.#link?.end();
  }

  ended(sessionId: string): Promise<Ended> {
    return this.#endOf(sessionId).promise;
  }

  /** Resolves once the condition holds; looked at whenever all that could run has run. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => setImmediate(resolve));
  }

  of<Case extends NonNullable<SessionEvent['event']>['$case']>(sessionId: string, $case: Case) {
    type Value = Extract<NonNullable<SessionEvent['event']>, { $case: Case }>['value'];
    return this.events
      .filter((event) => event.sessionId === sessionId && event.event?.$case === $case)
      .map((event) => event.event?.value as Value);
  }

  #give(assignment: Assignment): void {
    this.#assignments.set(assignment.sessionId, assignment);
    this.say({ $case: 'assignment', value: assignment });
  }

  #welcome(link: Mailbox<ControllerMessage>, incarnation: string, running: RunningSession[]): void {
    this.helloRunning.push(running);
    link.put({
      $case: 'welcome',
      value: {
        workerId: 'worker-1',
        linkEpoch: 1n,
        heartbeatIntervalMs: 1_000_000,
        leaseMs: 3_000_000,
        ownerIncarnation: this.ownerIncarnation ?? incarnation,
        drop: [],
      },
    });
    for (const value of this.#assignments.values()) link.put({ $case: 'assignment', value });
  }

  #event(link: Mailbox<ControllerMessage>, event: SessionEvent): void {
    const { sessionId, attempt, sequence } = event;
    const name = `${sessionId}/${attempt}/${sequence}`;
    if (!this.#seen.has(name)) this.events.push(event);
    this.#seen.add(name);
    if (this.acknowledges) {
      link.put({ $case: 'eventAck', value: { sessionId, attempt, upTo: sequence } });
    }
    if (event.event?.$case !== 'ended') return;
    this.#assignments.delete(sessionId);
    this.#endOf(sessionId).resolve(event.event.value);
  }

  #endOf(sessionId: string): PromiseWithResolvers<Ended> {
    const known = this.#ended.get(sessionId) ?? Promise.withResolvers<Ended>();
    this.#ended.set(sessionId, known);
    return known;
  }
}

/** The controller's end of View streams in memory. */
export class FakeViews {
  readonly #questions = new Mailbox<ViewResponse>();
  #answer = Promise.withResolvers<ViewRequest>();

  stream(): ViewStream {
    return {
      questions: this.#questions,
      close: () => this.#questions.end(),
      send: async (answer) => {
        if (answer.requestId !== '') this.#answer.resolve(answer);
      },
    };
  }

  /** One question at a time. */
  ask(question: ViewResponse): Promise<ViewRequest> {
    this.#answer = Promise.withResolvers();
    this.#questions.put(question);
    return this.#answer.promise;
  }
}

/** Messages that wait for their one reader. */
class Mailbox<Message> implements AsyncIterable<Message> {
  readonly #messages: Message[] = [];
  #bell = Promise.withResolvers<void>();
  isEnded = false;

  put(message: Message): void {
    this.#messages.push(message);
    this.#bell.resolve();
  }

  end(): void {
    this.isEnded = true;
    this.#bell.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Message> {
    for (;;) {
      const message = this.#messages.shift();
      if (message !== undefined) yield message;
      else if (this.isEnded) return;
      else {
        await this.#bell.promise;
        this.#bell = Promise.withResolvers();
      }
    }
  }
}
