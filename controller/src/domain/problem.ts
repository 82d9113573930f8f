/** An error as it is kept: of a session, an object, an item. */
export interface ProblemSummary {
  readonly code: string;
  readonly message: string;
  readonly help: string;
  readonly retry: string;
}
