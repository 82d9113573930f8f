import {
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { AppError } from '../errors/app-error.ts';
import { systemClock } from '../time/system-clock.ts';

/** How the server shows who it is, and whom it trusts; all PEM. */
export interface ServerIdentity {
  /** Own certificate, and what lies between it and its CA. */
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  /** The authority whose clients are let in. */
  readonly caPem: string;
}

export interface RpcService {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
}

export interface RpcServerOptions {
  readonly identity: ServerIdentity;
  readonly services: readonly RpcService[];
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0: any free one. */
  readonly port: number;
}

export interface RunningRpcServer {
  readonly port: number;
  /**
   * Takes no new calls, lets those under way end for graceMs, then ends them.
   * Streams never end by themselves: tell the other side first (GoAway).
   */
  stop(graceMs: number): Promise<void>;
}

/** Of one message. No message of the link is larger. */
const messageBytesMax = 1 << 20;

/**
 * A gRPC server that talks to nobody without a certificate of its CA: such a
 * client fails in the handshake. Fails with E_CONFIG_INVALID when it cannot
 * listen there.
 */
export async function startRpcServer(options: RpcServerOptions): Promise<RunningRpcServer> {
  const server = new Server({
    // Off by default: a cut network would go unnoticed.
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
    'grpc.max_receive_message_length': messageBytesMax,
  });
  for (const { definition, implementation } of options.services) {
    server.addService(definition, implementation);
  }
  const { host = '127.0.0.1', port } = options;
  const bound = await bind(server, `${host}:${port}`, options.identity);
  return { port: bound, stop: (graceMs) => stop(server, graceMs) };
}

async function bind(server: Server, address: string, identity: ServerIdentity): Promise<number> {
  return await new Promise((resolve, reject) => {
    server.bindAsync(address, credentialsOf(identity), (cause, port) => {
      if (cause === null) return resolve(port);
      const message = `cannot listen on ${address}: ${cause.message}`;
      reject(new AppError('E_CONFIG_INVALID', message, { context: { address }, cause }));
    });
  });
}

function credentialsOf(identity: ServerIdentity): ServerCredentials {
  const pair = {
    private_key: Buffer.from(identity.privateKeyPem),
    cert_chain: Buffer.from(identity.certificatePem),
  };
  return ServerCredentials.createSsl(Buffer.from(identity.caPem), [pair], true);
}

async function stop(server: Server, graceMs: number): Promise<void> {
  const graceEnds = new AbortController();
  const ended = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
  const waited = systemClock.sleep(graceMs, graceEnds.signal).catch(() => {});
  await Promise.race([ended, waited]);
  graceEnds.abort();
  server.forceShutdown();
}
