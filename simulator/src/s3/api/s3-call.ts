import type { RestoreTier } from '../domain/restoration.ts';
import type { StorageClass } from '../domain/storage-class.ts';
import type { Credential } from '../signing/credentials.ts';
import type { VerifiedBody } from '../signing/request-body.ts';

/** A verified request for one operation. */
export interface S3Call {
  readonly method: string;
  readonly bucketName: string;
  /** Decoded; empty for operations on a bucket. */
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  /** Lower-case names; of a presigned request also those that lie in its query. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: VerifiedBody;
  readonly credential: Credential;
  /** `http://host:port`, for locations in answers. */
  readonly origin: string;
  /** When the request arrived, by the server's clock. */
  readonly nowMs: number;
}

/** What a request costs depends upon it. */
export interface Billed {
  readonly storageClass: StorageClass;
  /** Of RestoreObject. */
  readonly restore?: { readonly tier: RestoreTier; readonly retrievedBytes: number };
}

/** What an operation answers. */
export interface S3Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** XML, unless the headers say otherwise. */
  readonly document?: string;
  readonly stream?: AsyncIterable<Uint8Array>;
  /** Content-Length of the stream, or of what a HEAD request does not get. */
  readonly sizeBytes?: number;
  /** Absent: as of STANDARD. */
  readonly billed?: Billed;
}

export function billedAs(storageClass: StorageClass, reply: S3Reply): S3Reply {
  return { ...reply, billed: { storageClass } };
}

export function xmlReply(xml: string, headers: Readonly<Record<string, string>> = {}): S3Reply {
  return { status: 200, headers, document: xml };
}
