const dayMs = 86_400_000;

export interface BusStream {
  readonly name: string;
  readonly subjects: string;
  readonly ageMsMax: number;
  /** Oldest go first. */
  readonly bytesMax: number;
  readonly messagesPerSubjectMax?: number;
}

/** What the bus keeps for those who come later. */
export const busStreams: readonly BusStream[] = [
  {
    name: 'FIRN_PROGRESS',
    subjects: 'firn.v1.progress.>',
    ageMsMax: dayMs,
    bytesMax: 64 << 20,
    messagesPerSubjectMax: 1,
  },
  { name: 'FIRN_LOG', subjects: 'firn.v1.log.>', ageMsMax: 7 * dayMs, bytesMax: 256 << 20 },
];
