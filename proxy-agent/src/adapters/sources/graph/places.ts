import { isAppError } from '@firn/shared/errors/app-error';
import type { ObjectKind, ProtectedObject, Scope } from '../../../domain/protected-object.ts';
import { batchPartsMax, partBody } from './client/batch.ts';
import type { GraphReply } from './client/graph-client.ts';
import { graphPath, withQuery } from './client/graph-url.ts';
import { recordOf, requiredTextAt } from './client/json-value.ts';
import { exchangeHeaders, exchangeSettingsPath, mailboxIdOf } from './mailbox/mailbox-api.ts';
import { type DirectoryAccess, protectedObject, type User } from './users.ts';

/** Where an object lies: the id of its mailbox, or of its drive. */
export class Places {
  readonly #access: DirectoryAccess;
  readonly #onNote: (note: string) => void;
  readonly #found = new Map<string, string>();

  constructor(access: DirectoryAccess, onNote: (note: string) => void) {
    this.#access = access;
    this.#onNote = onNote;
  }

  /**
   * The objects of users. Who has no mailbox or no OneDrive is noted and has
   * none; whatever else is wrong with one shows when it is opened.
   */
  async *objectsOf(
    users: readonly User[],
    scope: Scope,
    signal: AbortSignal,
  ): AsyncGenerator<ProtectedObject> {
    const kinds = kindsOf(scope);
    const objects = users.flatMap((user) => kinds.map((kind) => protectedObject(user, kind)));
    const { batches, lane } = this.#access;
    const what = 'look up mailboxes and drives';
    for (let at = 0; at < objects.length; at += batchPartsMax) {
      const group = objects.slice(at, at + batchPartsMax);
      const replies = await batches.send(group.map(placePart), { lane, what, signal });
      for (const [index, object] of group.entries()) {
        const reply = replies[index];
        if (reply !== undefined && this.#exists(object, reply)) yield object;
      }
    }
  }

  /** @throws AppError E_SOURCE_NOT_PROVISIONED, E_SOURCE_NOT_FOUND, E_SOURCE_DENIED, … */
  async placeOf(object: ProtectedObject, signal: AbortSignal): Promise<string> {
    const found = this.#found.get(object.id);
    if (found !== undefined) return found;
    const { client, lane } = this.#access;
    const what = object.kind === 'mailbox' ? 'look up the mailbox' : 'look up the OneDrive';
    const part = placePart(object);
    const reply = await client.json({ method: 'GET', ...part, what, lane, signal });
    const place = decodePlace(object.kind, reply.body);
    this.#found.set(object.id, place);
    return place;
  }

  #exists(object: ProtectedObject, reply: GraphReply): boolean {
    try {
      const body = partBody(this.#access.client, reply, 'look up');
      this.#found.set(object.id, decodePlace(object.kind, body));
      return true;
    } catch (error) {
      const absent =
        isAppError(error, 'E_SOURCE_NOT_PROVISIONED') || isAppError(error, 'E_SOURCE_NOT_FOUND');
      if (!absent) return true;
      const thing = object.kind === 'mailbox' ? 'mailbox' : 'OneDrive';
      this.#onNote(`${object.userPrincipalName} has no ${thing}`);
      return false;
    }
  }
}

function kindsOf(scope: Scope): ObjectKind[] {
  return [
    ...(scope.mailboxes ? ['mailbox' as const] : []),
    ...(scope.oneDrives ? ['onedrive' as const] : []),
  ];
}

function placePart({ kind, userId }: ProtectedObject) {
  return kind === 'mailbox'
    ? { path: exchangeSettingsPath(userId), headers: exchangeHeaders() }
    : { path: withQuery(graphPath('users', userId, 'drive'), { $select: 'id,driveType' }) };
}

function decodePlace(kind: ObjectKind, body: unknown): string {
  const what = "the user's OneDrive";
  return kind === 'mailbox' ? mailboxIdOf(body) : requiredTextAt(recordOf(body, what), 'id', what);
}
