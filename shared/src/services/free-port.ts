import { createServer } from 'node:net';
import { invariant } from '../errors/invariant.ts';

/**
 * A loopback port that was free a moment ago. Somebody else may take it before
 * it is used: whoever starts a service on it tries another when that fails.
 */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise<void>((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
  });
  invariant(address !== null && typeof address === 'object', 'a listening server has an address');
  return address.port;
}
