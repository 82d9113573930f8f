import type {
  ConnectRequest,
  LinkServiceServer,
  RenewCertificateRequest,
  RenewCertificateResponse,
} from '@firn/shared/gen/firn/link/v1/link';
import { type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';
import type { Deliveries } from '../../app/assignments/deliver-assignments.ts';
import type { AppContext } from '../../app/context.ts';
import { renewCertificate } from '../../app/enrollment/enroll-worker.ts';
import { greetWorker } from '../../app/link/greet-worker.ts';
import { receiveMessage } from '../../app/link/receive-message.ts';
import { workerUp } from '../../app/link/worker-up.ts';
import type { Worker } from '../../domain/worker.ts';
import { grpcError, toGrpcError } from './grpc-error.ts';
import { type LinkHub, supersede } from './link-hub.ts';
import { type ConnectCall, OpenLink } from './open-link.ts';
import { identify } from './peer-identity.ts';
import { type ViewCall, ViewChannel } from './view-channel.ts';

export interface LinkServiceOptions {
  readonly context: AppContext;
  readonly hub: LinkHub;
  readonly deliveries: Deliveries;
}

const helloMsMax = 15_000;

/** LinkService for workers that dial. The identity is that of the client certificate. */
export function makeLinkService(options: LinkServiceOptions): LinkServiceServer {
  return {
    connect: (call: ConnectCall) => supervised(options, call, () => serveLink(options, call)),
    view: (call: ViewCall) => supervised(options, call, () => serveView(options, call)),
    renewCertificate: (
      call: ServerUnaryCall<RenewCertificateRequest, RenewCertificateResponse>,
      callback: sendUnaryData<RenewCertificateResponse>,
    ) => {
      renew(options.context, call).then(
        (response) => callback(null, response),
        (error: unknown) => callback(toGrpcError(error)),
      );
    },
  };
}

/** Runs a stream's handler, which ends the stream; an error of it is the stream's status. */
function supervised(
  { context }: LinkServiceOptions,
  call: ConnectCall | ViewCall,
  serve: () => Promise<void>,
): void {
  // The client went away, or the network did: nothing more can be read.
  call.on('cancelled', () => call.destroy());
  // Without a listener an error of a dead stream would end the process.
  call.on('error', () => {});
  serve().catch((error: unknown) => {
    if (call.destroyed) return;
    context.logger.warn('link.failed', { error });
    call.emit('error', toGrpcError(error));
  });
}

async function serveLink(options: LinkServiceOptions, call: ConnectCall): Promise<void> {
  const { context, hub, deliveries } = options;
  const { worker, certificatePem } = await identify(context, call);
  const messages = call[Symbol.asyncIterator]();
  const hello = await firstMessage(context, messages);
  const greeting = await greetWorker(context, worker.id, hello);
  const link = new OpenLink(call, certificatePem);
  link.send({ $case: 'welcome', value: greeting.welcome });
  const { linkEpoch } = greeting.welcome;
  if (greeting.superseded || !hub.register(worker.id, link, linkEpoch)) {
    supersede(link, linkEpoch);
    return;
  }
  context.logger.info('link.up', { workerId: worker.id, name: worker.name, linkEpoch });
  try {
    await workerUp(context, deliveries, greeting.worker);
    await receiveAll({ context, worker: greeting.worker, link, messages });
    link.end();
  } finally {
    hub.unregister(worker.id, link);
    context.logger.info('link.down', { workerId: worker.id, name: worker.name, linkEpoch });
  }
}

async function firstMessage(context: AppContext, messages: AsyncIterator<ConnectRequest>) {
  const over = new AbortController();
  const late = context.clock.sleep(helloMsMax, over.signal).then(
    () => undefined,
    () => undefined,
  );
  try {
    const next = await Promise.race([messages.next(), late]);
    const message: ConnectRequest['message'] =
      next === undefined || next.done === true ? undefined : next.value.message;
    if (message?.$case === 'hello') return message.value;
    throw grpcError(status.FAILED_PRECONDITION, 'the first message of a link must be Hello');
  } finally {
    over.abort();
  }
}

interface Receiving {
  readonly context: AppContext;
  readonly worker: Worker;
  readonly link: OpenLink;
  readonly messages: AsyncIterator<ConnectRequest>;
}

/** In order, one at a time: a worker that sends faster than Postgres stores has to wait. */
async function receiveAll({ context, worker, link, messages }: Receiving): Promise<void> {
  for (;;) {
    const next = await nextMessage(messages);
    if (next === undefined || link.isOver) return;
    // A message of a newer worker that this version does not know.
    if (next.message !== undefined) await receiveMessage(context, worker, next.message);
  }
}

/** undefined: the stream ended or broke; for a link the two are the same. */
async function nextMessage<T>(messages: AsyncIterator<T>): Promise<T | undefined> {
  try {
    const next = await messages.next();
    return next.done === true ? undefined : next.value;
  } catch {
    return undefined;
  }
}

async function serveView({ context, hub }: LinkServiceOptions, call: ViewCall): Promise<void> {
  const { worker, certificatePem } = await identify(context, call);
  if (worker.kind !== 'proxy') {
    throw grpcError(status.PERMISSION_DENIED, 'only a proxy agent serves views');
  }
  const channel = new ViewChannel(call, certificatePem, context.clock);
  hub.registerView(worker.id, channel);
  const messages = call[Symbol.asyncIterator]();
  try {
    for (;;) {
      const answer = await nextMessage(messages);
      if (answer === undefined) return;
      channel.answered(answer);
    }
  } finally {
    hub.unregisterView(worker.id, channel);
  }
}

async function renew(
  context: AppContext,
  call: ServerUnaryCall<RenewCertificateRequest, RenewCertificateResponse>,
): Promise<RenewCertificateResponse> {
  const { worker } = await identify(context, call);
  return { certificatePem: await renewCertificate(context, worker.id, call.request.csr) };
}
