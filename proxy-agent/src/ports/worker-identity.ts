/** Who this worker is: its key and certificate. */
export interface WorkerIdentity {
  readonly workerId: string;
  /** When two thirds of the certificate's life are over, ms since the epoch. */
  renewalDueMs(): number;
  /** A new key and certificate; the old key still opens what was sealed to it. */
  renew(signal: AbortSignal): Promise<void>;
}
