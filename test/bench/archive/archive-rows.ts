import type { ArchiveRow } from './report.ts';

/** Rows of one storage, in the order in which they were measured. */
export class ArchiveRows {
  readonly all: ArchiveRow[] = [];
  readonly #subjectSuffix: string;

  constructor(subjectSuffix: string) {
    this.#subjectSuffix = subjectSuffix;
  }

  /** Of a case: call what is given for each row. */
  of(name: string, subject = 'firn'): CaseRows {
    const whose = { case: name, subject: subject + this.#subjectSuffix };
    return new CaseRows((row) => this.all.push({ ...whose, ...row }));
  }
}

type Measured = Pick<ArchiveRow, 'metric' | 'unit' | 'value'>;

export class CaseRows {
  readonly #push: (row: Measured) => void;

  constructor(push: (row: Measured) => void) {
    this.#push = push;
  }

  add(metric: string, unit: ArchiveRow['unit'], value: number): this {
    this.#push({ metric, unit, value });
    return this;
  }
}
