import type { Drive } from '../../domain/drive/drive.ts';
import type { UploadSession } from '../../domain/drive/upload-session.ts';
import type { SpoolRef } from '../../ports/spool.ts';

/** An upload session, its drive, and who opened it. */
export type PendingUpload = {
  readonly id: string;
  readonly drive: Drive;
  readonly appId: string;
  readonly session: UploadSession<SpoolRef>;
};

/** The upload sessions that are neither committed, cancelled nor expired. */
export class PendingUploads {
  readonly #byId = new Map<string, PendingUpload>();

  add(upload: PendingUpload): void {
    this.#byId.set(upload.id, upload);
  }

  /** Undefined also for an expired session, which is forgotten by this. */
  find(id: string, nowMs: number): PendingUpload | undefined {
    const upload = this.#byId.get(id);
    if (upload && nowMs >= upload.session.expiresAtMs) this.remove(id);
    return this.#byId.get(id);
  }

  remove(id: string): void {
    const upload = this.#byId.get(id);
    if (upload) upload.session.state = 'closed';
    this.#byId.delete(id);
  }
}
