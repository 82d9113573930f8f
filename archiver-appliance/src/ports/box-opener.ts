import type { SealedBox } from '@firn/shared/gen/firn/link/v1/work';

/** Secrets that were sealed to this appliance's certificate. */
export interface BoxOpener {
  /** E_SEALED_BOX_UNREADABLE */
  open(box: SealedBox): Uint8Array;
}
