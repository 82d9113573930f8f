import type { Session } from '@firn/shared/rest/schemas/session';
import { durationSeconds } from '../output/session-text.ts';

/** What `--json FILE` writes. Seconds are measured by the controller's clock. */
export interface DemoReport {
  readonly verified: boolean;
  readonly steps: readonly DemoStep[];
  readonly tenant?: TenantSize;
  readonly full?: BackupFigures;
  readonly incremental?: BackupFigures;
  readonly copy?: CopyFigures;
  readonly retrieval?: RetrievalFigures;
  readonly restore?: RestoreFigures;
  readonly agent?: AgentFigures;
}

export interface DemoStep {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: number;
}

export interface TenantSize {
  readonly users: number;
  readonly mails: number;
  readonly files: number;
  readonly bytes: number;
}

export interface BackupFigures {
  readonly items: number;
  readonly bytes: number;
  readonly seconds: number;
  /** HTTP requests to the service. */
  readonly requests: number;
  /** Parts of batches, beside requests. */
  readonly batchedRequests: number;
  /** Blobs written to the object storage. */
  readonly puts: number;
}

export interface CopyFigures {
  readonly items: number;
  readonly packs: number;
  readonly bytes: number;
  readonly seconds: number;
}

export interface RetrievalFigures {
  readonly packs: number;
  readonly bytes: number;
  readonly seconds: number;
}

export interface RestoreFigures {
  readonly items: number;
  readonly mismatches: number;
  readonly seconds: number;
}

export interface AgentFigures {
  /** Highest resident memory of the proxy agent; 0 where the system does not tell. */
  readonly peakRssBytes: number;
}

export function backupFigures(session: Session): BackupFigures {
  const { counts } = session;
  return {
    items: counts?.items ?? 0,
    bytes: counts?.bytes ?? 0,
    seconds: durationSeconds(session) ?? 0,
    requests: counts?.requests ?? 0,
    batchedRequests: counts?.batchedRequests ?? 0,
    puts: counts?.puts ?? 0,
  };
}

export function copyFigures(session: Session): CopyFigures {
  const { counts } = session;
  return {
    items: counts?.items ?? 0,
    packs: counts?.packs ?? 0,
    bytes: counts?.storedBytes ?? 0,
    seconds: durationSeconds(session) ?? 0,
  };
}
