import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../../ports/clock.ts';
import type { Ids } from '../../ports/ids.ts';
import { DroppedConnection } from '../api/fault-effects.ts';
import { AzureError } from '../domain/azure-error.ts';
import type { FrontReply } from './front-reply.ts';
import { type FrontRequest, readFrontRequest } from './front-request.ts';

/** Answers requests; what it throws besides AzureError is an InternalError. */
export type Service = (request: FrontRequest) => Promise<FrontReply>;

export interface ServerParts {
  readonly service: Service;
  readonly ids: Ids;
  /** Whose time answers carry. */
  readonly clock: Clock;
  /** Told of errors that are no refusals. */
  readonly onError: (error: unknown) => void;
}

/** An HTTP/1.1 server that carries requests to the service and answers back. */
export function buildFrontServer(parts: ServerParts): Server {
  const { clock, onError } = parts;
  const server = createServer((message, response) => {
    response.setHeader('date', new Date(clock.nowMs()).toUTCString());
    answer(message, response, parts).catch((error: unknown) => {
      if (!(error instanceof DroppedConnection) && !response.destroyed) onError(error);
      response.destroy();
    });
  });
  // a slow upload is not an error
  server.requestTimeout = 0;
  server.keepAliveTimeout = 60_000;
  return server;
}

async function answer(
  message: IncomingMessage,
  response: ServerResponse,
  parts: ServerParts,
): Promise<void> {
  let reply: FrontReply;
  try {
    reply = await parts.service(readFrontRequest(message));
  } catch (error) {
    if (error instanceof DroppedConnection || response.destroyed) throw error;
    reply = errorReply(error, parts);
  }
  message.resume();
  await send(reply, response, message.method === 'HEAD');
}

async function send(
  { status, headers, body }: FrontReply,
  response: ServerResponse,
  isHead: boolean,
): Promise<void> {
  const length = typeof body === 'string' ? { 'content-length': Buffer.byteLength(body) } : {};
  response.writeHead(status, { ...length, ...headers });
  if (typeof body === 'object' && !isHead) return await pipeline(body, response);
  if (typeof body === 'object') body.resume();
  response.end(isHead || typeof body === 'object' ? undefined : body);
}

function errorReply(error: unknown, { ids, onError }: ServerParts): FrontReply {
  const known =
    error instanceof AzureError ? error : new AzureError('InternalError', 'Something failed.');
  if (known !== error) onError(error);
  const text = known.message.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return {
    status: known.status,
    headers: {
      'content-type': 'application/xml',
      'x-ms-error-code': known.code,
      'x-ms-request-id': ids.uuid(),
      ...known.headers,
    },
    body: `<?xml version="1.0" encoding="utf-8"?><Error><Code>${known.code}</Code><Message>${text}</Message></Error>`,
  };
}
