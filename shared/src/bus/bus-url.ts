import { AppError } from '../errors/app-error.ts';

export interface BusAddress {
  /** Without user, password and token: may be told. */
  readonly server: string;
  readonly login: { readonly token?: string; readonly user?: string; readonly pass?: string };
}

/** Takes an address of NATS apart: user and password, or a token, stand before the host. */
export function parseBusUrl(text: string): BusAddress {
  const url = URL.parse(text);
  if (url === null || !['nats:', 'tls:'].includes(url.protocol) || url.host === '') {
    throw new AppError('E_CONFIG_INVALID', 'the address of NATS is none of nats://… or tls://…');
  }
  const server = `${url.protocol}//${url.host}`;
  const [user, pass] = [url.username, url.password].map(decodeURIComponent);
  if (!user) return { server, login: {} };
  return { server, login: pass ? { user, pass } : { token: user } };
}
