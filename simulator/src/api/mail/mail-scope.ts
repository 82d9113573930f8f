import type { User } from '../../domain/directory.ts';
import type { MailFolder } from '../../domain/mailbox/mail-folder.ts';
import type { MailItem } from '../../domain/mailbox/mail-item.ts';
import type { Mailbox } from '../../domain/mailbox/mailbox.ts';
import type { GraphCall } from '../core/graph-call.ts';
import { badRequest, type GraphError, notFound } from '../core/graph-error.ts';
import type { MailContext } from './mail-context.ts';

/** The user of `/users/{user}`; 404 as the mail service words it. */
export function userOf(context: MailContext, call: GraphCall): User {
  const user = context.directory.find(call.param('user'));
  if (user) return user;
  throw notFound('ErrorInvalidUser', `The requested user '${call.param('user')}' is invalid.`);
}

/** The mailbox of `/users/{user}`. */
export function mailboxOfUser(context: MailContext, call: GraphCall): Mailbox {
  const mailbox = context.mailboxes.ofUser(userOf(context, call).id);
  if (mailbox) return mailbox;
  throw notFound(
    'MailboxNotEnabledForRESTAPI',
    'The mailbox is either inactive, soft-deleted, or is hosted on-premise.',
  );
}

/** The mailbox of `/admin/exchange/mailboxes/{mailbox}`. */
export function mailboxById(context: MailContext, call: GraphCall): Mailbox {
  const mailbox = context.mailboxes.byMailboxId(call.param('mailbox'));
  if (mailbox) return mailbox;
  throw notFound('ErrorNonExistentMailbox', 'The mailbox does not exist in this tenant.');
}

/** The budget lane of a user's mailbox; undefined when there is none to protect. */
export function laneOfUser(context: MailContext): (call: GraphCall) => string | undefined {
  return (call) => {
    const user = context.directory.find(call.param('user'));
    return user && context.mailboxes.ofUser(user.id)?.parts.guid;
  };
}

/** The budget lane of a mailbox that is named by its own id. */
export function laneOfMailbox(context: MailContext): (call: GraphCall) => string | undefined {
  return (call) => context.mailboxes.byMailboxId(call.param('mailbox'))?.parts.guid;
}

export function folderOf(mailbox: Mailbox, id: string): MailFolder {
  const folder = mailbox.findFolder(id);
  if (folder) return folder;
  throw missing(id);
}

export function itemOf(mailbox: Mailbox, id: string): MailItem {
  const item = mailbox.findItem(id);
  if (item) return item;
  throw missing(id);
}

function missing(id: string): GraphError {
  const isWellFormed = /^[\w-]{40,}={0,2}$/.test(id);
  return isWellFormed
    ? notFound('ErrorItemNotFound', 'The specified object was not found in the store.')
    : badRequest('Id is malformed.', 'ErrorInvalidIdMalformed');
}

/** Whether the client wants ids that survive moves [Microsoft: outlook-immutable-id]. */
export function wantsImmutable(call: GraphCall): boolean {
  return call.prefers('IdType=ImmutableId');
}
