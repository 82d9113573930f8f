import { styleText } from 'node:util';

/** Where a command prints: results to stdout, everything for the eye to stderr. */
export interface Terminal {
  readonly json: boolean;
  /** True when stderr is a terminal: bars may be drawn. */
  readonly interactive: boolean;
  /** A result, for people or (with --json) for programs. */
  result(value: unknown, text: string): void;
  /** A line for the eye; silent with --json. */
  note(line: string): void;
}

export function makeTerminal(json: boolean): Terminal {
  return {
    json,
    interactive: process.stderr.isTTY === true && !json,
    result: (value, text) => {
      process.stdout.write(`${json ? JSON.stringify(value, undefined, 2) : text}\n`);
    },
    note: (line) => {
      if (!json) process.stderr.write(`${line}\n`);
    },
  };
}

/** Colours a word for the eye; plain where stderr is not a terminal or NO_COLOR is set. */
export function paint(style: 'green' | 'red' | 'yellow' | 'dim' | 'bold', text: string): string {
  return styleText(style, text, { stream: process.stderr });
}
