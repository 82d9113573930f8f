import type { Assignment, ConnectResponse, ViewResponse } from '@firn/shared/gen/firn/link/v1/link';
import type { SecretBundle, StorageCredential } from '@firn/shared/gen/firn/link/v1/work';

export type LinkMessage = NonNullable<ConnectResponse['message']>;
export type Question = NonNullable<ViewResponse['question']>;

export interface View extends Omit<ViewResponse, 'requestId' | 'secrets' | 'question'> {
  readonly question: Question;
}

/**
 * The links that are up. Sending is best effort: what must arrive is sent again
 * after the next Hello. Secrets are sealed to the certificate of the link.
 */
export interface WorkerLinks {
  isUp(workerId: string): boolean;
  /** False when there is no link, or it does not take more now. */
  send(workerId: string, message: LinkMessage): boolean;
  assign(workerId: string, assignment: Omit<Assignment, 'secrets'>, secrets: SecretBundle): boolean;
  credentials(
    workerId: string,
    about: { readonly sessionId: string; readonly storageId: string },
    credential: StorageCredential,
  ): boolean;
  /**
   * Asks a proxy agent on its View stream. The page it answers with, JSON.
   * E_PROXY_OFFLINE, E_PROXY_TIMEOUT, or the agent's own error.
   */
  ask(
    workerId: string,
    view: View,
    secrets: SecretBundle,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<Uint8Array>;
  /** PEM of the certificate that the worker's link was opened with. */
  certificateOf(workerId: string): string | undefined;
  /** Ends the worker's link now, e.g. when its certificate was revoked. */
  cut(workerId: string): void;
}
