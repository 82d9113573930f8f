import { notImplemented, S3Error } from '../domain/s3-error.ts';

/** How the body of a request is signed. */
export type PayloadMode =
  | { readonly kind: 'hash'; readonly sha256: string }
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'chunks'; readonly signed: boolean; readonly trailer: boolean };

const STREAMING: Readonly<Record<string, PayloadMode>> = {
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD': { kind: 'chunks', signed: true, trailer: false },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER': { kind: 'chunks', signed: true, trailer: true },
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER': { kind: 'chunks', signed: false, trailer: true },
};

/** Reads `x-amz-content-sha256`. */
export function readPayloadMode(text: string): PayloadMode {
  if (text === 'UNSIGNED-PAYLOAD') return { kind: 'unsigned' };
  const streaming = STREAMING[text];
  if (streaming) return streaming;
  if (text.startsWith('STREAMING-AWS4-ECDSA-')) throw notImplemented('Header', text);
  if (/^[0-9a-f]{64}$/.test(text)) return { kind: 'hash', sha256: text };
  throw new S3Error('InvalidArgument', {
    message:
      'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
    elements: { ArgumentName: 'x-amz-content-sha256', ArgumentValue: text },
  });
}
