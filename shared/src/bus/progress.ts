/** One progress tick of a session: totals since the attempt began. */
export interface Progress {
  readonly sessionId: string;
  readonly attempt: number;
  readonly phase: string;
  readonly objectsDone: number;
  readonly objectsTotal: number;
  readonly items: number;
  readonly bytes: number;
  readonly itemsFailed: number;
  /** HTTP requests to the service, and parts of batches beside them. */
  readonly requests: number;
  readonly batchedRequests: number;
  readonly packs: number;
  readonly packsTotal: number;
  /** What is being worked on, for the eye. */
  readonly current: string;
  readonly atMs: number;
}
