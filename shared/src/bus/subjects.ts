/** Subjects of the bus; docs/protocol.md describes the payloads (JSON). */
export const subjects = {
  progress: (workerId: string, sessionId: string) => `firn.v1.progress.${workerId}.${sessionId}`,
  progressOfSession: (sessionId: string) => `firn.v1.progress.*.${sessionId}`,
  log: (workerId: string, sessionId: string) => `firn.v1.log.${workerId}.${sessionId}`,
  logOfSession: (sessionId: string) => `firn.v1.log.*.${sessionId}`,
  /** Published by the controller: a session's row changed. Payload: {sessionId}. */
  sessionChanged: (sessionId: string) => `firn.v1.session.${sessionId}`,
} as const;
