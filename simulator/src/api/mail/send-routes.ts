import type { Recipient } from '../../domain/mailbox/mail-item.ts';
import type { ApiResponse } from '../core/api-message.ts';
import type { GraphCall, GraphRoute } from '../core/graph-call.ts';
import { badRequest } from '../core/graph-error.ts';
import type { MailContext } from './mail-context.ts';
import { itemOf, laneOfUser, mailboxOfUser } from './mail-scope.ts';

const PERMISSIONS = ['Mail.Send'];
const ACCEPTED: ApiResponse = { status: 202 };

/** Sending: nothing leaves; what would have left is recorded. */
export function sendRoutes(context: MailContext): readonly GraphRoute[] {
  const shared = {
    method: 'POST' as const,
    permissions: PERMISSIONS,
    query: [],
    lane: laneOfUser(context),
  };
  return [
    { ...shared, pattern: '/users/{user}/sendMail()', handle: (call) => sendMail(context, call) },
    {
      ...shared,
      pattern: '/users/{user}/messages/{message}/send()',
      handle: (call) => sendDraft(context, call),
    },
  ];
}

async function sendMail(context: MailContext, call: GraphCall): Promise<ApiResponse> {
  const mailbox = mailboxOfUser(context, call);
  const body = await call.readJson();
  const message = (body['message'] ?? body['Message']) as Record<string, unknown> | undefined;
  if (typeof message !== 'object' || message === null) throw badRequest('The message is required.');
  const recipients = ['toRecipients', 'ccRecipients', 'bccRecipients'].flatMap((name) =>
    Array.isArray(message[name]) ? (message[name] as unknown[]) : [],
  );
  context.sent.record({
    user: mailbox.parts.userPrincipalName,
    atMs: context.clock.nowMs(),
    subject: String(message['subject'] ?? ''),
    recipients: recipients.map((one) => JSON.stringify(one)),
  });
  return ACCEPTED;
}

function sendDraft(context: MailContext, call: GraphCall): ApiResponse {
  const mailbox = mailboxOfUser(context, call);
  const item = itemOf(mailbox, call.param('message'));
  if (!item.props.isDraft) throw badRequest('Only a draft can be sent.', 'ErrorInvalidOperation');
  const { subject, to, cc, bcc } = item.props;
  context.sent.record({
    user: mailbox.parts.userPrincipalName,
    atMs: context.clock.nowMs(),
    subject,
    recipients: [...to, ...cc, ...bcc].map((recipient: Recipient) => recipient.address),
  });
  const sent = mailbox.folders.byWellKnownName('sentitems');
  const changed = mailbox.changeItem(item, { props: { ...item.props, isDraft: false } });
  if (sent) mailbox.moveItem(changed, sent.key);
  return ACCEPTED;
}
