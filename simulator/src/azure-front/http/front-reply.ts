import type { Readable } from 'node:stream';

/** What the front answers. */
export interface FrontReply {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Readable | string;
}

export function withHeaders(
  reply: FrontReply,
  headers: Readonly<Record<string, string>>,
): FrontReply {
  return { ...reply, headers: { ...reply.headers, ...headers } };
}

export function isDone({ status }: FrontReply): boolean {
  return status >= 200 && status < 300;
}
