import { createHash, X509Certificate } from 'node:crypto';
import { checkServerIdentity, connect, type TLSSocket } from 'node:tls';
import { AppError } from '../../errors/app-error.ts';

/** SHA-256 of a certificate's SubjectPublicKeyInfo, hex: what a join string pins. */
export function spkiPin(certificatePem: string): string {
  const key = new X509Certificate(certificatePem).publicKey;
  return createHash('sha256')
    .update(key.export({ format: 'der', type: 'spki' }))
    .digest('hex');
}

/**
 * Asks the server for its chain, sends nothing, and returns the pinned CA (PEM)
 * of it. A server under a CA of another key fails with E_CA_PIN_MISMATCH: the
 * token is never sent to it.
 */
export async function fetchPinnedCa(url: string, pin: string, signal: AbortSignal) {
  const { hostname, port } = new URL(url);
  const socket = await handshake(hostname, Number(port || '443'), signal);
  try {
    const chain = chainOf(socket);
    const ca = chain.find((certificate) => spkiPin(certificate.toString()) === pin);
    const leaf = chain[0];
    if (ca === undefined || leaf === undefined || !leaf.verify(ca.publicKey)) throw mismatch(url);
    const wrongName = checkServerIdentity(hostname, leaf.toLegacyObject());
    if (wrongName !== undefined) throw mismatch(url, wrongName);
    return ca.toString();
  } finally {
    socket.destroy();
  }
}

/** Nothing is trusted here yet: the caller compares the chain with the pin. */
async function handshake(host: string, port: number, signal: AbortSignal): Promise<TLSSocket> {
  const bare = host.replace(/^\[|\]$/g, '');
  const socket = connect({ host: bare, port, rejectUnauthorized: false });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = () => socket.destroy(new Error('aborted'));
  signal.addEventListener('abort', abort, { once: true });
  socket.once('secureConnect', resolve);
  socket.once('error', reject);
  try {
    await promise;
    return socket;
  } catch (cause) {
    socket.destroy();
    throw new AppError('E_CONTROLLER_UNREACHABLE', `no TLS answer from ${host}:${port}`, { cause });
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function chainOf(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  let at = socket.getPeerX509Certificate();
  while (at !== undefined && !chain.some((seen) => seen.fingerprint256 === at?.fingerprint256)) {
    chain.push(at);
    at = at.issuerCertificate;
  }
  return chain;
}

function mismatch(url: string, cause?: unknown): AppError {
  return new AppError('E_CA_PIN_MISMATCH', `the certificate of ${url} is not under the pinned CA`, {
    cause,
  });
}
