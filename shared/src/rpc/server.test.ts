import { X509Certificate } from 'node:crypto';
import { createServer, type Server as TcpServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Heartbeat, type LinkServiceServer, LinkServiceService } from '../gen/firn/link/v1/link.ts';
import { makeGrpcLink } from './link/grpc-link.ts';
import { type RunningRpcServer, startRpcServer } from './server.ts';
import { makeTestAuthority, type TestAuthority } from './test-authority.ts';

const forever = new AbortController().signal;
const heartbeat = {
  $case: 'heartbeat' as const,
  value: Heartbeat.decode(new Uint8Array()),
};

/** Answers a heartbeat with GoAway, and a renewal with the caller's name. */
const echo: LinkServiceServer = {
  connect(call) {
    call.on('data', ({ message }) => {
      if (message?.$case === 'heartbeat') {
        call.write({ message: { $case: 'goAway', value: { reconnectAfterMs: 7 } } });
      }
    });
    call.on('end', () => call.end());
  },
  view(call) {
    call.end();
  },
  renewCertificate(call, callback) {
    const { raw } = call.getAuthContext().sslPeerCertificate ?? {};
    const subject = raw === undefined ? 'nobody' : new X509Certificate(raw).subject;
    callback(null, { certificatePem: subject });
  },
};

describe('startRpcServer', () => {
  let authority: TestAuthority;
  let server: RunningRpcServer;

  const start = async () =>
    await startRpcServer({
      identity: await authority.issue('controller'),
      services: [{ definition: LinkServiceService, implementation: echo }],
      port: 0,
    });
  const linkTo = async (port: number, issuer = authority) => {
    const credentials = await issuer.issue('agent 7');
    const trusted = (await authority.issue('trusted')).caPem;
    return makeGrpcLink({
      address: `127.0.0.1:${port}`,
      credentials: () => ({ ...credentials, caPem: trusted }),
      connectMsMax: 1_000,
    });
  };

  beforeAll(async () => {
    authority = await makeTestAuthority();
    server = await start();
  });
  afterAll(() => server?.stop(0));

  it('knows the caller by its certificate', async () => {
    const link = await linkTo(server.port);
    expect(await link.renewCertificate(Buffer.from('csr'), forever)).toBe('CN=agent 7');
  });

  it('carries messages both ways on one stream', async () => {
    const stream = await (await linkTo(server.port)).dial(forever);
    await stream.send(heartbeat);
    const messages = stream.incoming[Symbol.asyncIterator]();
    expect((await messages.next()).value).toMatchObject({ $case: 'goAway' });
    stream.close();
  });

  it('lets nobody in whose certificate is of another authority', async () => {
    const stranger = await linkTo(server.port, await makeTestAuthority());
    await expect(stranger.renewCertificate(Buffer.from('csr'), forever)).rejects.toMatchObject({
      retry: 'later',
    });
  });

  it('ends streams that do not end by themselves when the grace is over', async () => {
    const stopping = await start();
    const stream = await (await linkTo(stopping.port)).dial(forever);
    const reading = stream.incoming[Symbol.asyncIterator]().next();
    await stopping.stop(10);
    await expect(reading).rejects.toMatchObject({ code: 'E_LINK_LOST' });
    await expect(stream.send(heartbeat)).rejects.toMatchObject({ code: 'E_LINK_LOST' });
    stream.close();
  });

  it('says when it cannot listen', async () => {
    const taken: TcpServer = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const identity = await authority.issue('controller');
    await expect(startRpcServer({ identity, services: [], port })).rejects.toMatchObject({
      code: 'E_CONFIG_INVALID',
    });
    await new Promise((resolve) => taken.close(resolve));
  });
});
