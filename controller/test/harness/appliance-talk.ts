import type { ConnectRequest } from '@firn/shared/gen/firn/link/v1/link';
import type { AppContext } from '../../src/app/context.ts';
import { receiveMessage } from '../../src/app/link/receive-message.ts';

/** What appliances and the owners of their sessions say to a controller. */
export class ApplianceTalk {
  readonly #context: AppContext;

  constructor(context: AppContext) {
    this.#context = context;
  }

  /** Takes the assignment that it has. */
  async accept(workerId: string): Promise<void> {
    const value = await this.#sessionOf(workerId);
    await this.#say(workerId, { $case: 'accepted', value });
  }

  /** The owner has no more for it. */
  async last(workerId: string): Promise<void> {
    const { sessionId, attempt } = await this.#sessionOf(workerId);
    const session = await this.#context.database.sessions.get(sessionId);
    const nothing = { plan: undefined, taskNumber: 0, part: 0, parts: 0, last: true };
    const value = { sessionId, attempt, workerId, ...nothing };
    await this.#say(session?.proxyId ?? '', { $case: 'repackTask', value });
  }

  /** It holds nothing any more. */
  async free(workerId: string): Promise<void> {
    await this.#say(workerId, { $case: 'heartbeat', value: { running: [], rssBytes: 1n } });
  }

  /** From its assignment to its wait. */
  async work(workerId: string): Promise<void> {
    await this.accept(workerId);
    await this.last(workerId);
    await this.free(workerId);
  }

  async #sessionOf(workerId: string) {
    const { sessionId = '', attempt = 0 } =
      (await this.#context.database.appliances.get(workerId)) ?? {};
    return { sessionId, attempt };
  }

  async #say(workerId: string, message: NonNullable<ConnectRequest['message']>): Promise<void> {
    const worker = await this.#context.database.workers.get(workerId);
    if (worker === undefined) throw new Error(`no worker ${workerId}`);
    await receiveMessage(this.#context, worker, message);
  }
}
