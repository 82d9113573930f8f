import { describe, expect, it } from 'vitest';
import { parseListen, readConfig } from './config.ts';

const enough = { FIRN_DATA_DIR: '/var/lib/firn', FIRN_DATABASE_URL_FILE: 'database-url' };
const readFile = () => 'postgres://firn:secret@localhost/firn\n';

describe('readConfig', () => {
  it('needs a database and a data folder, and has defaults for the rest', () => {
    expect(readConfig(enough, readFile)).toMatchObject({
      databaseUrl: 'postgres://firn:secret@localhost/firn',
      masterKeyFile: '/var/lib/firn/master-key',
      httpListen: { host: '127.0.0.1', port: 8443 },
      natsUrl: undefined,
      leaseMs: 60_000,
    });
  });

  it('names every mistake at once', () => {
    const environment = {
      ...enough,
      FIRN_HTTP_LISTEN: 'everywhere',
      FIRN_LEASE_MS: '10000',
      FIRN_PUBLIC_URL: 'http://firn.example',
      FIRN_LAESE_MS: '1',
    };
    expect(() => readConfig(environment, readFile)).toThrow(
      /FIRN_HTTP_LISTEN.*FIRN_PUBLIC_URL.*FIRN_LEASE_MS must be at least.*FIRN_LAESE_MS is unknown/,
    );
  });

  it('puts the public names, not wildcards, into the certificate', () => {
    const { serverNames } = readConfig(
      {
        ...enough,
        FIRN_HTTP_LISTEN: '0.0.0.0:443',
        FIRN_PUBLIC_URL: 'https://firn.example.org',
        FIRN_GRPC_PUBLIC_ADDRESS: 'link.example.org:8444',
      },
      readFile,
    );
    expect(serverNames).toContain('firn.example.org');
    expect(serverNames).toContain('link.example.org');
    expect(serverNames).not.toContain('0.0.0.0');
  });
});

describe('parseListen', () => {
  it.each([
    ['localhost:80', { host: 'localhost', port: 80 }],
    ['[::1]:0', { host: '::1', port: 0 }],
    ['::1:80', undefined],
    ['host:70000', undefined],
    ['host', undefined],
  ])('reads %s', (text, listen) => {
    expect(parseListen(text)).toEqual(listen);
  });
});
