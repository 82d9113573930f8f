import { AppError } from '@firn/shared/errors/app-error';
import { type JsonRecord, recordOf, recordsAt, textAt } from './json-value.ts';

export interface DeltaPage {
  readonly entries: readonly JsonRecord[];
  /** Exactly one of the two. */
  readonly nextLink: string | undefined;
  readonly deltaLink: string | undefined;
}

/**
 * A page of a delta query. It may be empty; without any link it would be the
 * silent end of what can be followed.
 * @throws AppError E_SOURCE_PROTOCOL
 */
export function decodeDeltaPage(body: unknown, what: string): DeltaPage {
  const page = recordOf(body, what);
  const nextLink = textAt(page, '@odata.nextLink');
  const deltaLink = textAt(page, '@odata.deltaLink');
  if (nextLink === undefined && deltaLink === undefined) {
    const message = `${what} gave a page with neither nextLink nor deltaLink`;
    throw new AppError('E_SOURCE_PROTOCOL', message);
  }
  const entries = recordsAt(page, 'value');
  return { entries, nextLink, deltaLink: nextLink === undefined ? deltaLink : undefined };
}

/** `@removed` marks an entry that left the collection. */
export function isRemoved(entry: JsonRecord): boolean {
  return typeof entry['@removed'] === 'object' && entry['@removed'] !== null;
}
