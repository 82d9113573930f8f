import { AppError } from '@firn/shared/errors/app-error';
import { LinkServiceService } from '@firn/shared/gen/firn/link/v1/link';
import type { Clock } from '@firn/shared/time/clock';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { type LinkServiceOptions, makeLinkService } from './link-service.ts';

export interface GatewayOptions extends LinkServiceOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly caPem: string;
  readonly certificateChainPem: string;
  readonly privateKeyPem: string;
}

export interface Gateway {
  readonly port: number;
  /** Tells workers to dial again later, then closes whatever is left. */
  stop(): Promise<void>;
}

const messageBytesMax = 1024 * 1024;
const reconnectAfterMs = 1_000;
const drainMsMax = 2_000;

/** The gRPC port: mutual TLS, no client without a certificate of the CA. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const server = new Server({
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
    'grpc.max_receive_message_length': messageBytesMax,
    'grpc.max_send_message_length': messageBytesMax,
  });
  server.addService(LinkServiceService, makeLinkService(options));
  const credentials = ServerCredentials.createSsl(
    Buffer.from(options.caPem),
    [
      {
        cert_chain: Buffer.from(options.certificateChainPem),
        private_key: Buffer.from(options.privateKeyPem),
      },
    ],
    true,
  );
  const port = await bind(server, options.listen, credentials);
  return {
    port,
    stop: async () => {
      options.hub.goAway(reconnectAfterMs);
      await drained(server, options.context.clock);
      server.forceShutdown();
    },
  };
}

function bind(
  server: Server,
  { host, port }: GatewayOptions['listen'],
  credentials: ServerCredentials,
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  server.bindAsync(address, credentials, (cause, bound) => {
    if (cause === null) resolve(bound);
    else reject(new AppError('E_CONFIG_INVALID', `cannot listen on ${address}`, { cause }));
  });
  return promise;
}

/** Until every worker has ended its streams, or for as long as they get. */
async function drained(server: Server, clock: Clock): Promise<void> {
  const over = new AbortController();
  server.tryShutdown(() => over.abort());
  await clock.sleep(drainMsMax, over.signal).catch(() => {});
}
