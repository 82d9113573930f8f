import type { DriveScope } from './drive-scope.ts';
import type { ViewFrame } from './item-view.ts';

/** How the caller of this call sees items. */
export function frameOf({ context, call, drive }: DriveScope): ViewFrame {
  return {
    context,
    drive,
    origin: call.origin,
    appId: call.caller.appId,
    select: call.options.select,
  };
}
