import type { ThawSpeed } from '@firn/shared/storage-class/storage-class';

/** What a retrieval needs of its restore point. */
export interface RetrievalSize {
  readonly packs: number;
  readonly bytes: number;
  /** Of these, what has to thaw: the rest is warm, or lies in a class that can be read. */
  readonly coldPacks: number;
  readonly coldBytes: number;
  /** Of all bytes, what a restore reads. */
  readonly neededBytes: number;
  readonly missingPacks: number;
}

/** What it would cost and take at a speed. */
export interface SpeedPrice {
  readonly speed: ThawSpeed;
  /** Absent: there are no prices of the storage. */
  readonly price?: number;
  readonly hoursMin?: number;
  readonly hoursMax?: number;
}

export interface RetrievalPlan extends RetrievalSize {
  readonly plannedAt: string;
  readonly speeds: readonly SpeedPrice[];
  /** Of which prices: absent when there are none. */
  readonly prices?: {
    readonly region: string;
    readonly date: string;
    readonly source: string;
    readonly currency: string;
  };
}

/** What a retrieval may cost, as the proxy checks it before it thaws anything. */
export interface PriceLimit {
  readonly perPack: number;
  readonly perByte: number;
  readonly priceMax: number;
  readonly currency: string;
}

export interface RetrievalPack {
  readonly pack: string;
  readonly bytes: number;
  readonly state: 'retrieving' | 'retrieved' | 'missing' | 'expired';
}
