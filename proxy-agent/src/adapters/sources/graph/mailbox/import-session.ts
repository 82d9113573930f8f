import { AppError, isAppError } from '@firn/shared/errors/app-error';
import { readText } from '../client/http-sender.ts';
import { jsonOrUndefined, recordOf, requiredTextAt, textAt } from '../client/json-value.ts';
import { exchangeHeaders, importSessionPath, type MailboxAccess } from './mailbox-api.ts';

interface Session {
  readonly url: string;
  readonly expiresAtMs: number;
}

/** The id need not have the form in which Graph lists the item. */
export interface ImportedItem {
  readonly itemId: string;
  readonly changeKey: string | undefined;
}

/** A session is not used any more so long before it expires. */
const reserveMs = 120_000;
/** Taken when the service does not say. */
const assumedLifeMs = 300_000;
const answerMaxBytes = 1024 * 1024;
const freshSessionsMax = 2;

/**
 * Imports items into one mailbox. The import URL carries its own authorization:
 * no token is sent with it, and it is never logged.
 * [Microsoft: import-exchange-mailbox-item]
 */
export class ImportSession {
  readonly #access: MailboxAccess;
  #session: Promise<Session> | undefined;

  constructor(access: MailboxAccess) {
    this.#access = access;
  }

  /**
   * Creates one item; nothing is sent to anybody.
   * @param body of an ImportBody
   * @throws AppError E_SOURCE_UNAVAILABLE when it is unclear whether it was created
   */
  async create(body: Buffer, signal: AbortSignal): Promise<ImportedItem> {
    for (let fresh = 0; ; fresh += 1) {
      const session = await this.#current(signal);
      const imported = await this.#post(session, body, signal);
      if (imported !== undefined) return imported;
      if (fresh === freshSessionsMax) {
        throw new AppError('E_SOURCE_DENIED', 'the service refuses its own import sessions');
      }
      this.#session = undefined;
    }
  }

  /** undefined: the session is not accepted any more; nothing was created. */
  #post(session: Session, body: Buffer, signal: AbortSignal): Promise<ImportedItem | undefined> {
    const { client, lane } = this.#access;
    const what = 'import an item';
    return client.retrying({ method: 'POST', repeatable: false, signal }, async () => {
      const reply = await client.external({
        method: 'POST',
        url: session.url,
        what,
        lane,
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body,
        signal,
      });
      const text = await readText(reply, answerMaxBytes);
      if ([401, 403, 404, 410].includes(reply.status)) return undefined;
      const answer = jsonOrUndefined(text);
      if (reply.status >= 300) {
        throw client.error({ status: reply.status, headers: reply.headers, body: answer }, what);
      }
      const made = recordOf(answer, 'the import answer');
      const itemId = requiredTextAt(made, 'itemId', 'the import answer');
      return { itemId, changeKey: textAt(made, 'changeKey') };
    });
  }

  async #current(signal: AbortSignal): Promise<Session> {
    const session = await this.#session?.catch(() => undefined);
    if (session !== undefined && session.expiresAtMs - reserveMs > this.#now()) return session;
    this.#session = this.#open(signal);
    return this.#session;
  }

  async #open(signal: AbortSignal): Promise<Session> {
    const { client, lane, mailboxId } = this.#access;
    const reply = await client.json({
      method: 'POST',
      path: importSessionPath(mailboxId),
      what: 'open an import session',
      lane,
      headers: exchangeHeaders(),
      repeatable: true,
      signal,
    });
    const session = recordOf(reply.body, 'the import session');
    const expiresAtMs = Date.parse(textAt(session, 'expirationDateTime') ?? '');
    return {
      url: requiredTextAt(session, 'importUrl', 'the import session'),
      expiresAtMs: Number.isNaN(expiresAtMs) ? this.#now() + assumedLifeMs : expiresAtMs,
    };
  }

  #now(): number {
    return this.#access.client.clock.now();
  }
}

/** Whether an import may or may not have been applied. */
export function isUnclear(error: unknown): boolean {
  return isAppError(error, 'E_SOURCE_UNAVAILABLE') || isAppError(error, 'E_SOURCE_PROTOCOL');
}
