import type { LogFields, Logger } from './logger.ts';

export interface LoggedEvent {
  readonly level: 'info' | 'warn' | 'error';
  readonly event: string;
  readonly fields: LogFields;
}

/** Keeps every event, for tests. Children share the list. */
export class MemoryLogger implements Logger {
  readonly events: LoggedEvent[];
  readonly #context: LogFields;

  constructor(context: LogFields = {}, events: LoggedEvent[] = []) {
    this.#context = context;
    this.events = events;
  }

  info(event: string, fields?: LogFields): void {
    this.#add('info', event, fields);
  }

  warn(event: string, fields?: LogFields): void {
    this.#add('warn', event, fields);
  }

  error(event: string, fields?: LogFields): void {
    this.#add('error', event, fields);
  }

  child(context: LogFields): MemoryLogger {
    return new MemoryLogger({ ...this.#context, ...context }, this.events);
  }

  #add(level: LoggedEvent['level'], event: string, fields: LogFields = {}): void {
    this.events.push({ level, event, fields: { ...this.#context, ...fields } });
  }
}
