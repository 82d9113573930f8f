import { describe, expect, it } from 'vitest';
import { type Environment, EnvReader } from './env-reader.ts';

const files: Readonly<Record<string, string>> = { '/run/key': 'secret\n', '/run/empty': '\n' };

function reading(environment: Environment): EnvReader {
  return new EnvReader(environment, (path) => {
    const content = files[path];
    if (content === undefined) throw new Error(`no such file: ${path}`);
    return content;
  });
}

describe('EnvReader', () => {
  it('reads settings and their defaults', () => {
    const reader = reading({
      FIRN_NAME: 'proxy 1',
      FIRN_PORT: '8443',
      FIRN_OPEN: 'false',
      FIRN_CLASS: 'cool',
      FIRN_URL: 'https://controller:8443',
      FIRN_KEY_FILE: '/run/key',
      HOME: 'not ours',
    });
    expect({
      name: reader.text('FIRN_NAME'),
      folder: reader.text('FIRN_FOLDER', '/var/lib/firn'),
      port: reader.integer('FIRN_PORT', 1, { min: 1, max: 65_535 }),
      parallel: reader.integer('FIRN_PARALLEL', 4),
      open: reader.flag('FIRN_OPEN', true),
      class: reader.choice('FIRN_CLASS', ['hot', 'cool']),
      url: reader.url('FIRN_URL', ['https']),
      key: reader.secret('FIRN_KEY'),
      none: reader.optionalSecret('FIRN_OTHER'),
    }).toEqual({
      name: 'proxy 1',
      folder: '/var/lib/firn',
      port: 8_443,
      parallel: 4,
      open: false,
      class: 'cool',
      url: 'https://controller:8443',
      key: 'secret',
      none: undefined,
    });
    expect(() => reader.finish()).not.toThrow();
  });

  it('tells all mistakes at once', () => {
    const reader = reading({
      FIRN_PORT: '70000',
      FIRN_PARALLEL: '4.5',
      FIRN_OPEN: 'yes',
      FIRN_CLASS: 'warm',
      FIRN_URL: 'ftp://user:hidden@host',
      FIRN_KEY_FILE: '/run/none',
      FIRN_EMPTY_FILE: '/run/empty',
      FIRN_TYPO: 'x',
    });
    reader.text('FIRN_NAME');
    reader.integer('FIRN_PORT', 1, { max: 65_535 });
    reader.integer('FIRN_PARALLEL');
    reader.flag('FIRN_OPEN', true);
    reader.choice('FIRN_CLASS', ['hot', 'cool']);
    reader.url('FIRN_URL', ['nats', 'tls']);
    reader.secret('FIRN_KEY');
    reader.secret('FIRN_EMPTY');
    reader.require(false, 'FIRN_HEARTBEAT_MS must be at most a third of FIRN_LEASE_MS');
    expect(() => reader.finish()).toThrow(
      expect.objectContaining({
        code: 'E_CONFIG_INVALID',
        message: [
          'FIRN_NAME is not set',
          'FIRN_PORT is more than 65535: 70000',
          'FIRN_PARALLEL is not a whole number: 4.5',
          'FIRN_OPEN is neither true nor false: yes',
          'FIRN_CLASS is none of hot, cool: warm',
          'FIRN_URL is not an address nats://… or tls://…',
          'FIRN_KEY_FILE cannot be read: no such file: /run/none',
          '/run/empty of FIRN_EMPTY_FILE is empty',
          'FIRN_HEARTBEAT_MS must be at most a third of FIRN_LEASE_MS',
          'FIRN_TYPO is unknown',
        ].join('; '),
      }),
    );
  });

  it('takes no secret from the environment, and does not repeat it', () => {
    const reader = reading({ FIRN_KEY: 'open-secret' });
    reader.secret('FIRN_KEY');
    expect(() => reader.finish()).toThrow(/FIRN_KEY holds a secret: .* in FIRN_KEY_FILE$/);
    expect(() => reader.finish()).not.toThrow(/open-secret/);
  });
});
