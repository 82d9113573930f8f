/** Facts of one event: flat, named in camelCase with their unit. Secrets are blackened, but do not rely on it. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Where events are told. An event is named `area.what-happened`, e.g.
 * `lease.expired`; what varies goes into the fields, an error under `error`.
 */
export interface Logger {
  info(event: string, fields?: LogFields): void;
  /** Something is wrong that Firn deals with itself. */
  warn(event: string, fields?: LogFields): void;
  /** Something is wrong that an operator must know of. */
  error(event: string, fields?: LogFields): void;
  /** A logger that adds these fields to every event. */
  child(context: LogFields): Logger;
}
