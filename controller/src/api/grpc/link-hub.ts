import type { Assignment } from '@firn/shared/gen/firn/link/v1/link';
import { SecretBundle, StorageCredential } from '@firn/shared/gen/firn/link/v1/work';
import { sealBox } from '@firn/shared/rpc/sealed-box';
import { status } from '@grpc/grpc-js';
import type { LinkMessage, View, WorkerLinks } from '../../ports/worker-links.ts';
import type { OpenLink } from './open-link.ts';
import { offline, type ViewChannel } from './view-channel.ts';

interface Registered {
  readonly link: OpenLink;
  readonly epoch: bigint;
}

/** All links of this controller, the newest of each worker. */
export class LinkHub implements WorkerLinks {
  readonly #links = new Map<string, Registered>();
  readonly #views = new Map<string, ViewChannel>();
  #requests = 0;

  /** False when a newer link of the worker is registered already. */
  register(workerId: string, link: OpenLink, epoch: bigint): boolean {
    const older = this.#links.get(workerId);
    if (older !== undefined && older.epoch > epoch) return false;
    this.#links.set(workerId, { link, epoch });
    if (older !== undefined) supersede(older.link, epoch);
    return true;
  }

  unregister(workerId: string, link: OpenLink): void {
    if (this.#links.get(workerId)?.link === link) this.#links.delete(workerId);
  }

  registerView(workerId: string, channel: ViewChannel): void {
    this.#views.get(workerId)?.close();
    this.#views.set(workerId, channel);
  }

  unregisterView(workerId: string, channel: ViewChannel): void {
    channel.close();
    if (this.#views.get(workerId) === channel) this.#views.delete(workerId);
  }

  isUp(workerId: string): boolean {
    return this.#links.has(workerId);
  }

  certificateOf(workerId: string): string | undefined {
    return this.#links.get(workerId)?.link.certificatePem;
  }

  send(workerId: string, message: LinkMessage): boolean {
    return this.#links.get(workerId)?.link.send(message) ?? false;
  }

  assign(
    workerId: string,
    assignment: Omit<Assignment, 'secrets'>,
    secrets: SecretBundle,
  ): boolean {
    const link = this.#links.get(workerId)?.link;
    if (link === undefined) return false;
    const sealed = sealBox(link.certificatePem, SecretBundle.encode(secrets).finish());
    return link.send({ $case: 'assignment', value: { ...assignment, secrets: sealed } });
  }

  credentials(
    workerId: string,
    about: { readonly sessionId: string; readonly storageId: string },
    credential: StorageCredential,
  ): boolean {
    const link = this.#links.get(workerId)?.link;
    if (link === undefined) return false;
    const plain = StorageCredential.encode(credential).finish();
    const sealed = sealBox(link.certificatePem, plain);
    return link.send({ $case: 'credentials', value: { ...about, credential: sealed } });
  }

  async ask(
    workerId: string,
    view: View,
    secrets: SecretBundle,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<Uint8Array> {
    const channel = this.#views.get(workerId);
    if (channel === undefined) throw offline();
    this.#requests += 1;
    const plain = SecretBundle.encode(secrets).finish();
    const sealed = sealBox(channel.certificatePem, plain);
    return channel.ask({ ...view, requestId: String(this.#requests), secrets: sealed }, options);
  }

  cut(workerId: string): void {
    const why = 'the certificate was revoked';
    this.#links.get(workerId)?.link.cut(status.UNAUTHENTICATED, why);
    this.#links.delete(workerId);
    this.#views.get(workerId)?.close();
    this.#views.delete(workerId);
  }

  /** Before the controller stops: workers end their links and dial again later. */
  goAway(reconnectAfterMs: number): void {
    for (const { link } of this.#links.values()) {
      link.send({ $case: 'goAway', value: { reconnectAfterMs } });
      link.end();
    }
    for (const channel of this.#views.values()) channel.close();
    this.#links.clear();
    this.#views.clear();
  }
}

export function supersede(link: OpenLink, epoch: bigint): void {
  link.send({ $case: 'superseded', value: { linkEpoch: epoch } });
  link.end();
}
