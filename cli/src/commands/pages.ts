/** A page of a list, as every list of the API answers. */
export interface Page<Row> {
  readonly items: readonly Row[];
  readonly nextCursor?: string | undefined;
}

export interface PageRequest {
  readonly cursor?: string;
  readonly limit: number;
}

const pageSize = 200;

/** The first `limit` rows of a paged list. */
export async function readPages<Row>(
  limit: number,
  read: (request: PageRequest) => Promise<Page<Row>>,
): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | undefined;
  while (rows.length < limit) {
    const size = Math.min(pageSize, limit - rows.length);
    const page = await read({ limit: size, ...(cursor === undefined ? {} : { cursor }) });
    rows.push(...page.items);
    cursor = page.nextCursor;
    if (cursor === undefined) break;
  }
  return rows;
}
