/** A column of a printed table: its heading and how to read it from a row. */
export interface Column<Row> {
  readonly heading: string;
  readonly value: (row: Row) => string | number | undefined;
}

/** Rows as aligned text. Numbers are aligned to the right. */
export function renderTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const cells = rows.map((row) => columns.map(({ value }) => value(row) ?? ''));
  const widths = columns.map(({ heading }, index) =>
    Math.max(heading.length, ...cells.map((line) => String(line[index]).length)),
  );
  const pad = (cell: string | number, index: number) =>
    typeof cell === 'number'
      ? String(cell).padStart(widths[index] ?? 0)
      : cell.padEnd(widths[index] ?? 0);
  const headings = columns.map(({ heading }, index) => heading.padEnd(widths[index] ?? 0));
  return [headings, ...cells.map((line) => line.map(pad))]
    .map((line) => line.join('  ').trimEnd())
    .join('\n');
}
