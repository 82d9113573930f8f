import { cancelRetrieval } from '../../../app/recovery/cancel-retrieval.ts';
import {
  createRetrieval,
  findRetrieval,
  planRetrieval,
  type RetrievalWithSession,
} from '../../../app/recovery/create-retrieval.ts';
import { extendRetrieval } from '../../../app/recovery/extend-retrieval.ts';
import { removeRetrieval } from '../../../app/recovery/remove-retrieval.ts';
import { startRetrieval } from '../../../app/recovery/start-retrieval.ts';
import { encodeSession } from '../encode.ts';
import { encodeRetrieval, encodeRetrievalPack } from '../encode-retrieval.ts';
import { encodePage, type Handlers, pageRequest } from '../handler.ts';

type Retrievals =
  | 'planRetrieval'
  | 'createRetrieval'
  | 'startRetrieval'
  | 'extendRetrieval'
  | 'cancelRetrieval'
  | 'listRetrievals'
  | 'getRetrieval'
  | 'listRetrievalPacks'
  | 'removeRetrieval';

export const retrievalHandlers: Handlers<Retrievals> = {
  planRetrieval: async ({ context, body }) => encodeStarted(await planRetrieval(context, body)),
  createRetrieval: async ({ context, body }) => encodeStarted(await createRetrieval(context, body)),
  startRetrieval: async ({ context, params, body }) =>
    encodeStarted(await startRetrieval(context, params.retrieval, body)),
  extendRetrieval: async ({ context, params, body }) =>
    encodeSession(await extendRetrieval(context, params.retrieval, body.seconds)),
  cancelRetrieval: async ({ context, params }) =>
    encodeRetrieval(await cancelRetrieval(context, params.retrieval)),
  listRetrievals: async ({ context, query }) => {
    const { cursor: _cursor, limit: _limit, ...filter } = query;
    const page = await context.database.retrievals.list(filter, pageRequest(query));
    return encodePage(page, encodeRetrieval);
  },
  getRetrieval: async ({ context, params }) =>
    encodeRetrieval(await findRetrieval(context, params.retrieval)),
  listRetrievalPacks: async ({ context, params, query }) => {
    const { id, state } = await findRetrieval(context, params.retrieval);
    const page = await context.database.retrievals.listPacks(id, pageRequest(query));
    return encodePage(page, (pack) => encodeRetrievalPack(pack, state));
  },
  removeRetrieval: async ({ context, params }) =>
    encodeSession(await removeRetrieval(context, params.retrieval)),
};

function encodeStarted({ retrieval, session }: RetrievalWithSession) {
  return { retrieval: encodeRetrieval(retrieval), session: encodeSession(session) };
}
