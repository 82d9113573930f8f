import { columnsOf, printable } from './printable.ts';

/** A column of a printed table: its heading and how to read it from a row. */
export interface Column<Row> {
  readonly heading: string;
  readonly value: (row: Row) => string | number | undefined;
}

/** Rows as aligned text. Numbers are aligned to the right. */
export function renderTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const cells = rows.map((row) => columns.map(({ value }) => cellOf(value(row))));
  const widths = columns.map(({ heading }, index) =>
    Math.max(heading.length, ...cells.map((line) => columnsOf(String(line[index])))),
  );
  const pad = (cell: string | number, index: number) =>
    typeof cell === 'number'
      ? String(cell).padStart(widths[index] ?? 0)
      : cell + ' '.repeat(Math.max(0, (widths[index] ?? 0) - columnsOf(cell)));
  const headings = columns.map(({ heading }, index) => heading.padEnd(widths[index] ?? 0));
  return [headings, ...cells.map((line) => line.map(pad))]
    .map((line) => line.join('  ').trimEnd())
    .join('\n');
}

function cellOf(value: string | number | undefined): string | number {
  return typeof value === 'number' ? value : printable(value ?? '');
}
