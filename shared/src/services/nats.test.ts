import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startNats } from './nats.ts';

describe('startNats', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'firn-nats-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('serves with JetStream to whoever knows the secret, until it is stopped', async () => {
    const nats = await startNats({ folder, auth: { token: 'the "token"' } });
    const greeting = JSON.parse((await firstLine(nats.port)).replace(/^INFO /, ''));
    expect(greeting).toMatchObject({ jetstream: true, auth_required: true, host: '127.0.0.1' });
    await nats.stop();
    await expect(firstLine(nats.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('says what to install when there is no nats-server', async () => {
    const command = join(folder, 'absent-nats-server');
    const absent = startNats({ folder, auth: { user: 'u', password: 'p' }, command });
    await expect(absent).rejects.toMatchObject({ code: 'E_SERVICE_START' });
    await expect(absent).rejects.toThrow(/apt-get install nats-server/);
  });
});

async function firstLine(port: number): Promise<string> {
  const socket: Socket = connect(port, '127.0.0.1');
  try {
    return await new Promise<string>((resolve, reject) => {
      socket.once('error', reject);
      createInterface({ input: socket }).once('line', resolve).on('error', reject);
    });
  } finally {
    socket.destroy();
  }
}
