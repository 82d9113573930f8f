import { type ServerDuplexStream, type ServerUnaryCall, status } from '@grpc/grpc-js';
import type { AppContext } from '../../app/context.ts';
import type { Worker } from '../../domain/worker.ts';
import { grpcError } from './grpc-error.ts';

export interface Peer {
  readonly worker: Worker;
  readonly certificatePem: string;
}

type Call = Pick<
  ServerDuplexStream<unknown, unknown> | ServerUnaryCall<unknown, unknown>,
  'getAuthContext'
>;

const uriPattern = /(?:^|, )URI:urn:firn:worker:([0-9a-f-]{36})(?:,|$)/;

/**
 * Who calls: the worker that the client certificate names, if the controller
 * issued exactly that certificate to it and has not revoked it. TLS has checked
 * the chain; without a certificate the handshake fails. UNAUTHENTICATED.
 */
export async function identify({ database }: AppContext, call: Call): Promise<Peer> {
  const shown = call.getAuthContext().sslPeerCertificate;
  const workerId = uriPattern.exec(shown?.subjectaltname ?? '')?.[1];
  if (shown === undefined || workerId === undefined) throw unknown();
  const certificate = await database.workers.certificateBySerial(shown.serialNumber.toLowerCase());
  if (certificate?.workerId !== workerId) throw unknown();
  const worker = await database.workers.get(workerId);
  if (worker === undefined || worker.revokedAt !== null) throw unknown();
  return { worker, certificatePem: certificate.certificatePem };
}

function unknown() {
  return grpcError(status.UNAUTHENTICATED, 'the certificate is unknown, expired or revoked');
}
