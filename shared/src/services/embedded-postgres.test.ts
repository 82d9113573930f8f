import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPostgres } from './embedded-postgres.ts';

/** An SSLRequest [PostgreSQL: protocol-message-formats]; a server answers with S or N. */
const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

async function answerOf(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  try {
    return await new Promise<string>((resolve, reject) => {
      socket.once('error', reject);
      socket.once('data', (data) => resolve(data.toString()));
      socket.write(sslRequest);
    });
  } finally {
    socket.destroy();
  }
}

describe('startPostgres', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'firn-postgres-test-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('serves until it is stopped, and starts again', async () => {
    for (const _round of ['first', 'second']) {
      const postgres = await startPostgres({ folder, logFile: join(folder, 'postgres.log') });
      expect(postgres.url).toMatch(/^postgres:\/\/firn:[\w-]{32}@127\.0\.0\.1:\d+\/postgres$/);
      expect(await answerOf(postgres.port)).toBe('N');
      await postgres.stop();
      await expect(answerOf(postgres.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    }
  });
});
