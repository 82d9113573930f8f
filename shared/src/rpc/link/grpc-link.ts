import {
  type ClientDuplexStream,
  credentials as grpcCredentials,
  type ServiceError,
} from '@grpc/grpc-js';
import { AppError } from '../../errors/app-error.ts';
import {
  type ConnectRequest,
  type ConnectResponse,
  LinkServiceClient,
  type ViewRequest,
  type ViewResponse,
} from '../../gen/firn/link/v1/link.ts';
import type { ControllerMessage, LinkStream, WorkerMessage } from './link-stream.ts';
import { makeStreamWriter } from './stream-writer.ts';

/** The certificate that a worker shows, and the CA that it trusts; all PEM. */
export interface LinkCredentials {
  readonly caPem: string;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

export interface GrpcLinkOptions {
  /** host:port */
  readonly address: string;
  /** Asked for each channel: a renewed certificate takes effect with the next dial. */
  credentials(): LinkCredentials;
  readonly connectMsMax?: number;
}

/** The stream of questions and answers on which a proxy agent serves views. */
export interface ViewStream {
  send(answer: ViewRequest): Promise<void>;
  readonly questions: AsyncIterable<ViewResponse>;
  close(): void;
}

export interface GrpcLink {
  dial(signal: AbortSignal): Promise<LinkStream>;
  view(signal: AbortSignal): Promise<ViewStream>;
  /** @param csr PKCS#10, DER; answers the new certificate, PEM */
  renewCertificate(csr: Uint8Array, signal: AbortSignal): Promise<string>;
}

const channelOptions = {
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.max_receive_message_length': 1024 * 1024,
  // Channels with other credentials must not share a connection.
  'grpc.use_local_subchannel_pool': 1,
};

/** LinkService over mTLS. Each stream has a channel of its own, closed with it. */
export function makeGrpcLink(options: GrpcLinkOptions): GrpcLink {
  return {
    async dial(signal) {
      const client = await openClient(options, signal);
      const call = quiet(client.connect());
      const write = makeStreamWriter<ConnectRequest>(call);
      return {
        send: (message: WorkerMessage) => write({ message }),
        incoming: controllerMessages(call),
        close: () => end(client, call),
      };
    },
    async view(signal) {
      const client = await openClient(options, signal);
      const call = quiet(client.view());
      return {
        send: makeStreamWriter<ViewRequest>(call),
        questions: messages<ViewResponse>(call),
        close: () => end(client, call),
      };
    },
    async renewCertificate(csr, signal) {
      const client = await openClient(options, signal);
      try {
        return await renew(client, csr);
      } finally {
        client.close();
      }
    },
  };
}

async function openClient(options: GrpcLinkOptions, signal: AbortSignal) {
  signal.throwIfAborted();
  const { caPem, certificatePem, privateKeyPem } = options.credentials();
  const tls = grpcCredentials.createSsl(
    Buffer.from(caPem),
    Buffer.from(privateKeyPem),
    Buffer.from(certificatePem),
  );
  const client = new LinkServiceClient(options.address, tls, channelOptions);
  const abort = () => client.close();
  signal.addEventListener('abort', abort, { once: true });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const deadline = Date.now() + (options.connectMsMax ?? 10_000);
  client.waitForReady(deadline, (error) => (error === undefined ? resolve() : reject(error)));
  try {
    await promise;
    return client;
  } catch (cause) {
    client.close();
    throw new AppError('E_CONTROLLER_UNREACHABLE', `no link to ${options.address}`, { cause });
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function* messages<Message>(call: AsyncIterable<Message>): AsyncGenerator<Message> {
  try {
    yield* call;
  } catch (cause) {
    const detail = (cause as Partial<ServiceError>).details ?? 'it broke';
    throw new AppError('E_LINK_LOST', `the stream to the controller ended: ${detail}`, { cause });
  }
}

async function* controllerMessages(
  call: AsyncIterable<ConnectResponse>,
): AsyncGenerator<ControllerMessage> {
  for await (const { message } of messages(call)) {
    // A message of a newer controller that this version does not know.
    if (message !== undefined) yield message;
  }
}

/** An error may come while nobody reads; readers see it all the same. */
function quiet<Call extends ClientDuplexStream<never, unknown>>(call: Call): Call {
  call.on('error', () => undefined);
  return call;
}

function end<Request, Response>(
  client: LinkServiceClient,
  call: ClientDuplexStream<Request, Response>,
): void {
  call.end();
  call.cancel();
  client.close();
}

function renew(client: LinkServiceClient, csr: Uint8Array): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  client.renewCertificate({ csr: Buffer.from(csr) }, (cause, response) => {
    if (cause === null) resolve(response.certificatePem);
    else reject(new AppError('E_LINK_LOST', 'the certificate was not renewed', { cause }));
  });
  return promise;
}
