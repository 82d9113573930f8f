import { createHash, type X509Certificate } from 'node:crypto';
import { connect, type TLSSocket } from 'node:tls';
import { AppError } from '../errors/app-error.ts';

/** `sha256:<hex>` of the certificate's SubjectPublicKeyInfo (RFC 7469, section 2.4). */
export function spkiPin(certificate: X509Certificate): string {
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return `sha256:${createHash('sha256').update(spki).digest('hex')}`;
}

/**
 * The CA certificate (PEM) of a controller that is known only by its pin. Reads
 * the chain that the server shows, sends nothing, and trusts nothing but the
 * certificate whose key has the pin. Later connections use the PEM as their CA.
 * Fails with E_CA_PIN_MISMATCH or E_CONTROLLER_UNREACHABLE.
 */
export async function fetchPinnedCa(
  controllerUrl: string,
  pin: string,
  signal: AbortSignal,
): Promise<string> {
  const chain = await shownChain(new URL(controllerUrl), signal);
  const found = chain.find((certificate) => certificate.ca && spkiPin(certificate) === pin);
  if (found !== undefined) return found.toString();
  throw new AppError(
    'E_CA_PIN_MISMATCH',
    `${controllerUrl} shows no certificate authority with the pin ${pin}`,
  );
}

async function shownChain(url: URL, signal: AbortSignal): Promise<X509Certificate[]> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<X509Certificate[]>();
  const port = url.port === '' ? 443 : Number(url.port);
  // Unverified on purpose: the pin decides, and nothing is sent.
  const socket = connect({
    host: url.hostname,
    port,
    servername: url.hostname,
    rejectUnauthorized: false,
  });
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  socket.setTimeout(15_000, () => reject(unreachable(url, 'it did not answer within 15 s')));
  socket.once('error', (cause) => reject(unreachable(url, cause.message, cause)));
  socket.once('secureConnect', () => resolve(certificatesOf(socket)));
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
    socket.destroy();
  }
}

function certificatesOf(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  let next = socket.getPeerX509Certificate();
  while (next !== undefined && chain.length < 10) {
    chain.push(next);
    next = next.issuerCertificate;
  }
  return chain;
}

function unreachable(url: URL, why: string, cause?: unknown): AppError {
  return new AppError('E_CONTROLLER_UNREACHABLE', `cannot reach ${url.origin}: ${why}`, { cause });
}
