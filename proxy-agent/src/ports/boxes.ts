import type { SealedBox } from '@firn/shared/gen/firn/link/v1/work';

/** Secrets on the wire: sealed to the certificate of whoever may read them. */
export interface Boxes {
  /** E_SEALED_BOX_UNREADABLE when it was sealed to none of this worker's keys. */
  open(box: SealedBox): Uint8Array;
  seal(certificatePem: string, plain: Uint8Array): SealedBox;
}
