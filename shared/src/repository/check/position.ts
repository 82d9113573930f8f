/** The parts of a check, in order. At the end everything was told. */
export const checkStages = ['keys', 'log', 'objects', 'meta', 'data', 'end'] as const;

export type CheckStage = (typeof checkStages)[number];

/** How far a check came: all findings up to here were told. */
export interface CheckPosition {
  readonly stage: CheckStage;
  /** The last one of the stage that is done; empty: none. */
  readonly name: string;
}

export interface CheckProgress {
  readonly position: CheckPosition;
  readonly done: number;
  /** Of the stage. */
  readonly total: number;
  /** Of data packs, read so far. */
  readonly bytesRead: number;
}

/** Whether a check that goes on behind the position has this stage behind it. */
export function isStageDone(stage: CheckStage, after: CheckPosition | undefined): boolean {
  if (after === undefined) return false;
  return checkStages.indexOf(stage) < checkStages.indexOf(after.stage);
}

export function isDone({ stage, name }: CheckPosition, after: CheckPosition | undefined): boolean {
  if (isStageDone(stage, after)) return true;
  return stage === after?.stage && name <= after.name;
}
