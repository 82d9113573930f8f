import { encodeJoinString } from '@firn/shared/rpc/enrolment/join-string';
import type { AppContext } from '../context.ts';

/** What a new worker is started with: good once. */
export function makeJoinString({ settings, authority }: AppContext, token: string): string {
  return encodeJoinString({
    controllerUrl: settings.publicUrl,
    caPin: authority.caPin,
    token,
  });
}
