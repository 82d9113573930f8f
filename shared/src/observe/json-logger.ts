import { destination, type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino';
import type { LogFields, Logger } from './logger.ts';
import { redacted } from './redaction.ts';

export interface JsonLoggerOptions {
  /** The program: `controller`, `proxy-agent`, … */
  readonly program: string;
  /** Lines are appended to it. Default: stderr. */
  readonly file?: string;
}

/** One line of JSON per event: `{level, time, program, event, …fields}`, without secrets. */
export function makeJsonLogger(options: JsonLoggerOptions): Logger {
  const { program, file } = options;
  // Written at once: a line that waits in a buffer is lost with the process.
  const output = destination({ dest: file ?? 2, sync: true, append: true, mkdir: true });
  const formatters = { level: (level: string) => ({ level }) };
  const sink = pino({ base: { program }, timestamp: stdTimeFunctions.isoTime, formatters }, output);
  return new JsonLogger(sink);
}

class JsonLogger implements Logger {
  readonly #sink: PinoLogger;

  constructor(sink: PinoLogger) {
    this.#sink = sink;
  }

  info(event: string, fields?: LogFields): void {
    this.#sink.info(lineOf(event, fields));
  }

  warn(event: string, fields?: LogFields): void {
    this.#sink.warn(lineOf(event, fields));
  }

  error(event: string, fields?: LogFields): void {
    this.#sink.error(lineOf(event, fields));
  }

  child(context: LogFields): Logger {
    return new JsonLogger(this.#sink.child(redacted(context) as object));
  }
}

function lineOf(event: string, fields: LogFields = {}): object {
  return { event, ...(redacted(fields) as object) };
}
