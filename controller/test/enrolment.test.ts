import { randomUUID, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { LinkServiceClient } from '@firn/shared/gen/firn/link/v1/link';
import { decodeJoinString, encodeJoinString } from '@firn/shared/rpc/enrolment/join-string';
import { makeWorkerKey } from '@firn/shared/rpc/enrolment/worker-key';
import { credentials } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { createAuthorityKeys, makeX509Authority } from '../src/adapters/crypto/x509-authority.ts';
import { FakeWorker } from './harness/fake-worker.ts';
import { useController } from './harness/use-controller.ts';

const { controller, host } = await useController();

async function newToken(name: string) {
  const { joinString } = await controller.client.call('createEnrollmentToken', { body: { name } });
  return decodeJoinString(joinString);
}

/** As a new worker would: without an API token. */
async function enroll(token: string, csr: Uint8Array) {
  const body = { token, csr: Buffer.from(csr).toString('base64') };
  return controller.clientWith(undefined).call('enroll', { body });
}

const refused = { code: 'E_ENROLLMENT_TOKEN_INVALID' };

describe('enrolment', () => {
  it('gives a certificate for the key of the request and the identity of the token', async () => {
    const { csr } = await makeWorkerKey();
    const { token } = await newToken('edge');
    const enrolled = await enroll(token, csr);
    const certificate = new X509Certificate(enrolled.certificatePem);
    expect(certificate.subjectAltName).toBe(`URI:urn:firn:worker:${enrolled.workerId}`);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(certificate.ca).toBe(false);
    expect(certificate.verify(new X509Certificate(enrolled.caPem).publicKey)).toBe(true);
    const proxy = await controller.client.call('getProxy', { params: { proxy: 'edge' } });
    expect(proxy).toMatchObject({ id: enrolled.workerId, connected: false });
  });

  it('answers the same certificate when the reply was lost, and nobody else', async () => {
    const [own, other] = [await makeWorkerKey(), await makeWorkerKey()];
    const { token } = await newToken('lost-reply');
    const first = await enroll(token, own.csr);
    expect(await enroll(token, own.csr)).toEqual(first);
    await expect(enroll(token, other.csr)).rejects.toMatchObject(refused);
    await host.sql(`UPDATE enrollment_tokens SET used_at = now() - interval '11 minutes'`);
    await expect(enroll(token, own.csr)).rejects.toThrow('the enrolment token was used before');
  });

  it('lets one of two win that use a token at once', async () => {
    const keys = await Promise.all([makeWorkerKey(), makeWorkerKey()]);
    const { token } = await newToken('race');
    const results = await Promise.allSettled(keys.map(({ csr }) => enroll(token, csr)));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('refuses a token that is unknown or expired', async () => {
    const { csr } = await makeWorkerKey();
    await expect(enroll('x'.repeat(43), csr)).rejects.toThrow('the enrolment token is unknown');
    const { token } = await newToken('late');
    await host.sql(`UPDATE enrollment_tokens SET expires_at = now() WHERE worker_name = 'late'`);
    await expect(enroll(token, csr)).rejects.toThrow('the enrolment token has expired');
  });

  it('refuses a request that is not one, or is not signed by its own key', async () => {
    const { token } = await newToken('bad-request');
    const { csr } = await makeWorkerKey();
    const forged = Uint8Array.from(csr);
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    for (const bytes of [Buffer.from('nonsense'), forged]) {
      await expect(enroll(token, bytes)).rejects.toMatchObject({ code: 'E_CSR_INVALID' });
    }
    await enroll(token, csr);
  });

  it('does not send the token to a controller of another CA', async () => {
    const join = await newToken('pinned');
    const elsewhere = encodeJoinString({ ...join, caPin: '0'.repeat(64) });
    await expect(FakeWorker.enroll(elsewhere)).rejects.toMatchObject({ code: 'E_CA_PIN_MISMATCH' });
  });

  it('renews over the link, for another key, while the old certificate stays valid', async () => {
    const worker = await FakeWorker.proxy(controller, 'renewing');
    const { csr } = await makeWorkerKey();
    const renewed = new X509Certificate(await worker.renewCertificate(csr));
    expect(renewed.subjectAltName).toBe(`URI:urn:firn:worker:${worker.workerId}`);
    const link = await worker.dial();
    await link.next('welcome');
    link.close();
  });
});

describe('the link port', () => {
  async function connectWith(certificatePem: string | undefined, keyPem: string | undefined) {
    const ca = await readFile(controller.ready.caFile);
    const tls =
      certificatePem === undefined || keyPem === undefined
        ? credentials.createSsl(ca)
        : credentials.createSsl(ca, Buffer.from(keyPem), Buffer.from(certificatePem));
    const client = new LinkServiceClient(controller.ready.grpc, tls);
    const { promise, resolve } = Promise.withResolvers<string>();
    const call = client.connect();
    call.on('error', (error) => resolve(String(error)));
    call.on('data', () => resolve('welcome'));
    call.write({
      message: {
        $case: 'hello',
        value: { workerVersion: '1', incarnation: 'x', running: [] },
      },
    });
    try {
      return await promise;
    } finally {
      call.cancel();
      client.close();
    }
  }

  async function foreignCertificate(workerId: string) {
    const { privateKeyPem, csr } = await makeWorkerKey();
    const authority = await makeX509Authority(await createAuthorityKeys(Date.now()), Date.now);
    const publicKey = await authority.readRequest(csr);
    const issued = await authority.issueWorkerCertificate({ publicKey, workerId, lifeMs: 60_000 });
    return { privateKeyPem, certificatePem: issued.certificatePem };
  }

  it('refuses who has no certificate', async () => {
    expect(await connectWith(undefined, undefined)).toContain('UNAVAILABLE');
  });

  it('refuses a certificate of another CA that names a known worker', async () => {
    const { workerId } = await FakeWorker.proxy(controller, 'victim');
    const { certificatePem, privateKeyPem } = await foreignCertificate(workerId);
    expect(await connectWith(certificatePem, privateKeyPem)).toContain('UNAVAILABLE');
  });

  it('refuses a certificate that the record does not know', async () => {
    const { privateKeyPem, csr } = await makeWorkerKey();
    const { token } = await newToken(`gone-${randomUUID()}`);
    const { certificatePem, workerId } = await enroll(token, csr);
    await host.sql('DELETE FROM worker_certificates WHERE worker_id = $1', [workerId]);
    expect(await connectWith(certificatePem, privateKeyPem)).toContain('UNAUTHENTICATED');
  });
});
