import type { BodyOf, ParamsOf, QueryOf, ResultOf } from '@firn/shared/rest/route';
import type { OperationId, RouteTable } from '@firn/shared/rest/route-table';
import type { AppContext } from '../../app/context.ts';
import type { Page, PageRequest } from '../../ports/records.ts';

/** A validated request, typed by its route. */
export interface Input<O extends OperationId> {
  readonly context: AppContext;
  readonly params: ParamsOf<RouteTable[O]>;
  readonly query: QueryOf<RouteTable[O]>;
  readonly body: BodyOf<RouteTable[O]>;
  /** The caller's token has scope portal: retrieved data does not exist for it. */
  readonly isPortal: boolean;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
}

export type Handler<O extends OperationId> = (input: Input<O>) => Promise<ResultOf<RouteTable[O]>>;

/** Handlers of some operations; the server wants all of them. */
export type Handlers<O extends OperationId> = { readonly [K in O]: Handler<K> };

const limitDefault = 100;

export function pageRequest(query: { cursor?: string; limit?: number }): PageRequest {
  return { cursor: query.cursor, limit: query.limit ?? limitDefault };
}

export function encodePage<T, E>(page: Page<T>, encode: (item: T) => E) {
  const items = page.items.map(encode);
  return page.nextCursor === undefined ? { items } : { items, nextCursor: page.nextCursor };
}
