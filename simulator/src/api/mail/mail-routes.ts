import type { GraphRoute } from '../core/graph-call.ts';
import { attachmentRoutes } from './attachment-routes.ts';
import type { MailContext } from './mail-context.ts';
import { mailFolderDeltaRoutes } from './mail-folder-delta.ts';
import { mailFolderRoutes } from './mail-folder-routes.ts';
import { messageDeltaRoute } from './message-delta.ts';
import { messageReadRoutes } from './message-read.ts';
import { messageWriteRoutes } from './message-write.ts';
import { sendRoutes } from './send-routes.ts';

/** The mail API of `/users/{id}`. */
export function mailRoutes(context: MailContext): readonly GraphRoute[] {
  return [
    ...mailFolderRoutes(context),
    ...mailFolderDeltaRoutes(context),
    ...messageReadRoutes(context),
    messageDeltaRoute(context),
    ...messageWriteRoutes(context),
    ...attachmentRoutes(context),
    ...sendRoutes(context),
  ];
}
