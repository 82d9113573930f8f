import { expect, it } from 'vitest';
import { parseBusUrl } from './bus-url.ts';

it.each([
  ['nats://host:4222', 'nats://host:4222', {}],
  ['tls://user:p%40ss@host', 'tls://host', { user: 'user', pass: 'p@ss' }],
  ['nats://to%20ken@127.0.0.1:1', 'nats://127.0.0.1:1', { token: 'to ken' }],
])('takes %s apart', (url, server, login) => {
  expect(parseBusUrl(url)).toEqual({ server, login });
});

it.each(['', 'host:4222', 'https://user:hidden@host'])('refuses %j without repeating it', (url) => {
  expect(() => parseBusUrl(url)).toThrow(expect.objectContaining({ code: 'E_CONFIG_INVALID' }));
  expect(() => parseBusUrl(url)).not.toThrow(/hidden/);
});
