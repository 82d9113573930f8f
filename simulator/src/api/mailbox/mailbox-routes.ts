import { ok } from '../core/api-message.ts';
import type { GraphRoute } from '../core/graph-call.ts';
import { contextUrl } from '../core/page-link.ts';
import type { MailContext } from '../mail/mail-context.ts';
import { laneOfUser, mailboxOfUser } from '../mail/mail-scope.ts';
import { exportItemsRoute } from './export-route.ts';
import { mailboxFolderDeltaRoutes } from './folder-delta.ts';
import { mailboxFolderRoutes } from './folder-routes.ts';
import { createImportSessionRoute } from './import-routes.ts';
import { mailboxItemDeltaRoute } from './item-delta.ts';
import { mailboxItemRoutes } from './item-routes.ts';

/** The mailbox import and export API. */
export function mailboxRoutes(context: MailContext): readonly GraphRoute[] {
  return [
    exchangeSettingsRoute(context),
    ...mailboxFolderRoutes(context),
    ...mailboxFolderDeltaRoutes(context),
    ...mailboxItemRoutes(context),
    mailboxItemDeltaRoute(context),
    exportItemsRoute(context),
    createImportSessionRoute(context),
  ];
}

/** `GET /users/{id}/settings/exchange`: takes no query options. */
function exchangeSettingsRoute(context: MailContext): GraphRoute {
  return {
    method: 'GET',
    pattern: '/users/{user}/settings/exchange',
    permissions: ['User.Read.All', 'User.ReadWrite.All'],
    query: [],
    lane: laneOfUser(context),
    handle: (call) => {
      const mailbox = mailboxOfUser(context, call);
      const user = encodeURIComponent(call.param('user'));
      return ok({
        '@odata.context': contextUrl(call, `users('${user}')/settings/exchange/$entity`),
        primaryMailboxId: mailbox.mailboxId,
      });
    },
  };
}
