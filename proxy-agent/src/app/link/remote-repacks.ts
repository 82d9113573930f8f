import type { RepackResult, RepackWorker } from '@firn/shared/gen/firn/link/v1/link';
import type { SendOnLink } from '@firn/shared/rpc/link/run-link';
import type { Boxes } from '../../ports/boxes.ts';
import type { SessionKey } from '../../ports/journal.ts';
import { RemoteRepack } from '../copy/remote-repack.ts';

/** The appliances of all sessions; a worker may be announced before its session asks. */
export class RemoteRepacks {
  readonly #boxes: Boxes;
  readonly #send: SendOnLink;
  readonly #of = new Map<string, RemoteRepack>();

  constructor(boxes: Boxes, send: SendOnLink) {
    this.#boxes = boxes;
    this.#send = send;
  }

  of(key: SessionKey): RemoteRepack {
    const name = nameOf(key);
    const known = this.#of.get(name);
    if (known !== undefined) return known;
    const made = new RemoteRepack({ key, boxes: this.#boxes, send: this.#send });
    this.#of.set(name, made);
    return made;
  }

  async worker(worker: RepackWorker): Promise<void> {
    await this.of(worker).worker(worker);
  }

  async result(result: RepackResult): Promise<void> {
    await this.#of.get(nameOf(result))?.result(result);
  }

  async linkIsUp(): Promise<void> {
    for (const remote of this.#of.values()) await remote.linkIsUp();
  }

  /** The session has left. */
  forget(key: SessionKey): void {
    this.#of.delete(nameOf(key));
  }
}

function nameOf({ sessionId, attempt }: SessionKey): string {
  return `${sessionId}/${attempt}`;
}
