import { createInterface } from 'node:readline';
import { type Readable, Writable } from 'node:stream';

export interface AskHidden {
  /** A terminal: what is typed at it is not shown. */
  readonly input: Readable;
  /** Where the question goes. */
  readonly output: Writable;
  readonly question: string;
}

/**
 * One line, typed at a terminal without showing it; undefined when the input ends,
 * or Ctrl-C is pressed, before the line does.
 */
export async function askHidden({
  input,
  output,
  question,
}: AskHidden): Promise<string | undefined> {
  const nothing = new Writable({ write: (_chunk, _encoding, done) => done() });
  // A terminal to readline, which takes the echo into its own hands: before anybody is asked.
  const lines = createInterface({ input, output: nothing, terminal: true, historySize: 0 });
  try {
    return await new Promise<string | undefined>((resolve) => {
      lines.once('line', resolve);
      lines.once('SIGINT', () => resolve(undefined));
      lines.once('close', () => resolve(undefined));
      output.write(question);
    });
  } finally {
    lines.close();
    output.write('\n');
  }
}
