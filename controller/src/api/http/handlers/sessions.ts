import { invariant } from '@firn/shared/errors/invariant';
import { buildOpenApi } from '@firn/shared/rest/openapi';
import { resolveFilter } from '../../../app/resources/filter.ts';
import { found } from '../../../app/resources/found.ts';
import { createToken, deleteToken, findToken } from '../../../app/resources/tokens.ts';
import { stopSession } from '../../../app/sessions/stop-session.ts';
import {
  encodeFinding,
  encodeLogEntry,
  encodeSession,
  encodeSessionObject,
  encodeToken,
} from '../encode.ts';
import { encodePage, type Handlers, type Input, pageRequest } from '../handler.ts';

type Sessions =
  | 'listSessions'
  | 'getSession'
  | 'listSessionObjects'
  | 'listSessionLog'
  | 'listSessionFindings'
  | 'followSession'
  | 'stopSession';

export const sessionHandlers: Handlers<Sessions> = {
  listSessions: async ({ context, query }) => {
    const { kind, state, open } = query;
    const filter = { kind, state, open, ...(await resolveFilter(context, query)) };
    const page = await context.database.sessions.list(filter, pageRequest(query));
    return encodePage(page, (row) => encodeSession(row, context.feed.progressOf(row.id)));
  },
  getSession: async ({ context, params }) => {
    const session = await findSession({ context, params });
    return encodeSession(session, context.feed.progressOf(session.id));
  },
  listSessionObjects: async ({ context, params, query }) => {
    const { id } = await findSession({ context, params });
    const { sessions } = context.database;
    const page = await sessions.listObjects(id, query.status, pageRequest(query));
    return encodePage(page, encodeSessionObject);
  },
  listSessionLog: async ({ context, params, query }) => {
    const { id } = await findSession({ context, params });
    const page = await context.database.sessions.listLog(id, pageRequest(query));
    return encodePage(page, encodeLogEntry);
  },
  listSessionFindings: async ({ context, params, query }) => {
    const { id } = await findSession({ context, params });
    const page = await context.database.sessions.listFindings(id, pageRequest(query));
    return encodePage(page, encodeFinding);
  },
  followSession: async () => {
    invariant(false, 'an event stream is not answered by a handler');
  },
  stopSession: async ({ context, params }) =>
    encodeSession(await stopSession(context, params.session)),
};

async function findSession({ context, params }: Pick<Input<'getSession'>, 'context' | 'params'>) {
  return found('session', params.session, await context.database.sessions.get(params.session));
}

type System = 'createToken' | 'listTokens' | 'getToken' | 'deleteToken' | 'health' | 'openapi';

export const systemHandlers: Handlers<System> = {
  createToken: async ({ context, body }) => {
    const { token, secret } = await createToken(context, body);
    return { token: encodeToken(token), secret };
  },
  listTokens: async ({ context, query }) =>
    encodePage(await context.database.tokens.list(pageRequest(query)), encodeToken),
  getToken: async ({ context, params }) => encodeToken(await findToken(context, params.token)),
  deleteToken: async ({ context, params }) => {
    await deleteToken(context, params.token);
    return undefined;
  },
  health: async ({ context }) => ({ status: 'ok', version: context.settings.version }),
  openapi: async ({ context }) => buildOpenApi(context.settings.version),
};
