import type { GraphCall } from './graph-call.ts';
import { badRequest } from './graph-error.ts';
import { pageLink } from './page-link.ts';

/** A slice of a list, with what Graph writes around it. */
export interface ListPage<T> {
  readonly entries: readonly T[];
  /** `@odata.count` and `@odata.nextLink`, where they belong. */
  readonly around: Readonly<Record<string, unknown>>;
}

/** Pages a list by `$top` and `$skip`; the next link repeats the call's own options. */
export function pageBySkip<T>(
  call: GraphCall,
  all: readonly T[],
  sizes: { readonly normal: number; readonly most: number },
): ListPage<T> {
  const { skip = 0, top, count } = call.options;
  if (top !== undefined && top > sizes.most) {
    throw badRequest(
      `The limit of '${sizes.most}' for Top query has been exceeded. The value from the incoming request is '${top}'.`,
    );
  }
  const size = top ?? sizes.normal;
  const end = skip + size;
  const query = Object.fromEntries([...call.query].filter(([name]) => !/^\$skip$/i.test(name)));
  return {
    entries: all.slice(skip, end),
    around: {
      ...(count ? { '@odata.count': all.length } : {}),
      ...(end < all.length
        ? { '@odata.nextLink': pageLink(call, { ...query, '%24skip': end }) }
        : {}),
    },
  };
}

/** The answer of `…/$count`: a number as text. */
export function countAnswer(count: number): {
  status: number;
  headers: Readonly<Record<string, string>>;
  bytes: Uint8Array;
} {
  return {
    status: 200,
    headers: { 'content-type': 'text/plain' },
    bytes: Buffer.from(String(count), 'utf8'),
  };
}
