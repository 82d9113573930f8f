import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../errors/app-error.ts';
import { makeJsonLogger } from './json-logger.ts';
import { MemoryLogger } from './memory-logger.ts';
import { redacted } from './redaction.ts';

describe('makeJsonLogger', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'firn-log-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('writes one line of JSON per event, with the context of its parents', async () => {
    const file = join(folder, 'new', 'controller.log');
    const logger = makeJsonLogger({ program: 'controller', file });
    logger.info('controller.started', { port: 7 });
    logger.child({ sessionId: 's1' }).child({ attempt: 2 }).warn('lease.expired', { bytes: 3n });
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'info', program: 'controller', event: 'controller.started', port: 7 },
      { level: 'warn', event: 'lease.expired', sessionId: 's1', attempt: 2, bytes: '3' },
    ]);
  });

  it('tells errors with code and cause, and no secrets', async () => {
    const file = join(folder, 'agent.log');
    const cause = new Error('GET https://host/c/b?sv=1&sig=abc%3D&se=2 failed');
    const error = new AppError('E_STORAGE_DENIED', 'refused', { cause, context: { blob: 'b' } });
    makeJsonLogger({ program: 'agent', file })
      .child({ sasToken: 'sig=abc%3D' })
      .error('put.failed', { error });
    const text = await readFile(file, 'utf8');
    expect(text).not.toContain('abc%3D');
    expect(JSON.parse(text)).toMatchObject({
      sasToken: '[secret]',
      error: { code: 'E_STORAGE_DENIED', message: 'refused', blob: 'b' },
    });
  });
});

describe('redacted', () => {
  it.each([
    [{ password: 'p', accountKey: 'k', clientSecret: 's' }],
    [{ deep: [{ privateKeyPem: 'p' }] }],
    ['postgres://firn:p@127.0.0.1/postgres'],
    ['authorization: Bearer p.k.s'],
    ['-----BEGIN PRIVATE KEY-----\np\n-----END PRIVATE KEY-----'],
  ])('blackens %j', (value) => {
    const text = JSON.stringify(redacted(value));
    expect(text).toContain('[secret]');
    expect(text).not.toMatch(/"p"|:p@|p\.k\.s|\\np/);
  });

  it('leaves the rest as it is', () => {
    const fields = { changeKey: 'CQ==', count: 3, url: 'https://host/a?b=c', none: undefined };
    expect(redacted(fields)).toEqual(fields);
  });

  it('ends on what refers to itself', () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    expect(JSON.stringify(redacted(loop))).toContain('…');
  });
});

describe('MemoryLogger', () => {
  it('keeps the events of its children', () => {
    const logger = new MemoryLogger();
    logger.child({ sessionId: 's1' }).error('session.failed', { items: 1 });
    expect(logger.events).toEqual([
      { level: 'error', event: 'session.failed', fields: { sessionId: 's1', items: 1 } },
    ]);
  });
});
