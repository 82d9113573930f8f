import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../../ports/clock.ts';
import type { Ids } from '../../ports/ids.ts';
import { S3Error } from '../domain/s3-error.ts';
import { writeErrorXml } from '../xml/xml-writer.ts';
import { DroppedConnection } from './fault-effects.ts';
import { type HttpRequest, readHttpRequest } from './http-request.ts';
import type { S3Reply } from './s3-call.ts';

/** Answers requests; what it throws besides S3Error is an InternalError. */
export type Service = (request: HttpRequest) => Promise<S3Reply>;

/** What a server is made of. */
export interface ServerParts {
  readonly service: Service;
  readonly ids: Ids;
  /** Whose time answers carry: clients learn their skew from it. */
  readonly clock: Clock;
  /** Absent: plain HTTP. */
  readonly identity: { readonly key: string; readonly cert: string } | undefined;
  /** Told of errors that are no refusals, and of answers that broke off. */
  readonly onError: (error: unknown) => void;
}

const KEEP_ALIVE_MS = 60_000;

/** An HTTP/1.1 server that carries requests to the service and answers back. */
export function buildS3Server({ service, ids, clock, identity, onError }: ServerParts): Server {
  const listener =
    (expectsContinue: boolean) =>
    (request: IncomingMessage, response: ServerResponse): void => {
      response.setHeader('date', new Date(clock.nowMs()).toUTCString());
      const incoming = readHttpRequest(request, response, expectsContinue);
      answer(incoming, response, { service, requestId: newRequestId(ids), onError }).catch(
        (error: unknown) => {
          if (!incoming.signal.aborted && !(error instanceof DroppedConnection)) onError(error);
          response.destroy();
        },
      );
    };
  const server = identity
    ? createHttpsServer(identity, listener(false))
    : createHttpServer(listener(false));
  server.on('checkContinue', listener(true));
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  // a slow upload is not an error
  server.requestTimeout = 0;
  return server;
}

interface Answering {
  readonly service: Service;
  readonly requestId: string;
  readonly onError: (error: unknown) => void;
}

async function answer(
  request: HttpRequest,
  response: ServerResponse,
  { service, requestId, onError }: Answering,
): Promise<void> {
  let reply: S3Reply;
  try {
    reply = await service(request);
  } catch (error) {
    if (error instanceof DroppedConnection || request.signal.aborted) throw error;
    reply = errorReply(error, request, { requestId, onError });
  }
  request.drain();
  await send(reply, response, { isHead: request.method === 'HEAD', requestId });
}

async function send(
  { status, headers = {}, document, stream, sizeBytes }: S3Reply,
  response: ServerResponse,
  { isHead, requestId }: { isHead: boolean; requestId: string },
): Promise<void> {
  const bytes = document === undefined ? undefined : Buffer.from(document, 'utf8');
  const length = bytes?.byteLength ?? sizeBytes ?? 0;
  response.writeHead(status, {
    'x-amz-request-id': requestId.slice(0, 16),
    'x-amz-id-2': Buffer.from(requestId).toString('base64'),
    server: 'AmazonS3',
    ...(bytes ? { 'content-type': 'application/xml' } : {}),
    ...(status === 204 || status === 304 ? {} : { 'content-length': String(length) }),
    ...headers,
  });
  if (stream && !isHead) {
    await pipeline(Readable.from(stream, { objectMode: false }), response);
    return;
  }
  response.end(isHead ? undefined : bytes);
}

function errorReply(
  error: unknown,
  { rawPath }: HttpRequest,
  { requestId, onError }: Pick<Answering, 'requestId' | 'onError'>,
): S3Reply {
  const known =
    error instanceof S3Error
      ? error
      : new S3Error('InternalError', 'We encountered an internal error. Please try again.');
  if (known !== error) onError(error);
  return {
    status: known.status,
    headers: known.headers,
    document: writeErrorXml({
      Code: known.code,
      Message: known.message,
      ...known.elements,
      Resource: rawPath,
      RequestId: requestId.slice(0, 16),
      HostId: Buffer.from(requestId).toString('base64'),
    }),
  };
}

function newRequestId(ids: Ids): string {
  return ids.uuid().replaceAll('-', '').toUpperCase();
}
