import type { ApiResponse } from '../core/api-message.ts';

/** A refusal in the words of the identity platform [Microsoft: reference-error-codes]. */
export interface AadstsDetail {
  readonly status: number;
  readonly error: string;
  readonly code: number;
  readonly message: string;
}

/** Thrown by the token endpoint; becomes the OAuth error body with its AADSTS code. */
export class AadstsError extends Error {
  readonly detail: AadstsDetail;

  constructor(detail: AadstsDetail) {
    super(`AADSTS${detail.code}: ${detail.message}`);
    this.name = 'AadstsError';
    this.detail = detail;
  }
}

/** The error body of the token endpoint. */
export function aadstsResponse(
  { detail }: AadstsError,
  ids: { requestId: string; correlationId: string; nowMs: number },
): ApiResponse {
  const timestamp = `${new Date(ids.nowMs).toISOString().slice(0, 19).replace('T', ' ')}Z`;
  const trailer = `Trace ID: ${ids.requestId} Correlation ID: ${ids.correlationId} Timestamp: ${timestamp}`;
  return {
    status: detail.status,
    headers: { 'cache-control': 'no-store, no-cache', pragma: 'no-cache' },
    json: {
      error: detail.error,
      error_description: `AADSTS${detail.code}: ${detail.message} ${trailer}`,
      error_codes: [detail.code],
      timestamp,
      trace_id: ids.requestId,
      correlation_id: ids.correlationId,
      error_uri: `https://login.microsoftonline.com/error?code=${detail.code}`,
    },
  };
}
