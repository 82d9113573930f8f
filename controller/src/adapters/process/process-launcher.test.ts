import { mkdtemp, readdir, readFile, rm, watch, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryLogger } from '@firn/shared/observe/memory-logger';
import { systemClock } from '@firn/shared/time/system-clock';
import { expect, it } from 'vitest';
import {
  describeApplianceLauncher,
  type LauncherPlace,
} from '../../ports/appliance-launcher.contract.ts';
import type { ApplianceLauncher } from '../../ports/appliance-launcher.ts';
import { makeProcessLauncher } from './process-launcher.ts';

/** A program that tells its environment in a file and waits for its end. */
const program = `
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
const names = Object.keys(process.env).filter((name) => name.startsWith('FIRN_')).sort();
const join = readFileSync(process.env.FIRN_JOIN_FILE, 'utf8');
const lifeMs = process.env.FIRN_LIFETIME_MAX_MS;
process.on('SIGTERM', () => process.exit(0));
setInterval(() => {}, 1000);
const file = process.env.FIRN_OUT + '/' + basename(process.env.FIRN_JOIN_FILE);
writeFileSync(file + '~', JSON.stringify({ names, join, lifeMs, pid: process.pid }));
renameSync(file + '~', file + '.json');
`;

interface Started {
  readonly names: readonly string[];
  readonly join: string;
  readonly lifeMs: string;
  readonly pid: number;
}

class ProcessPlace implements LauncherPlace {
  readonly #folder: string;
  readonly #launched = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  static async make(): Promise<ProcessPlace> {
    const folder = await mkdtemp(join(tmpdir(), 'firn-launcher-'));
    await writeFile(join(folder, 'main.mjs'), program);
    return new ProcessPlace(folder);
  }

  open(): ApplianceLauncher {
    const launcher = makeProcessLauncher({
      program: join(this.#folder, 'main.mjs'),
      folder: this.joinFolder,
      environment: { FIRN_OUT: this.#folder },
      logger: new MemoryLogger(),
      clock: systemClock,
    });
    const launch: ApplianceLauncher['launch'] = (intent) => {
      this.#launched.add(intent.workerId);
      return launcher.launch(intent);
    };
    return { ...launcher, launch };
  }

  get joinFolder(): string {
    return join(this.#folder, 'joins');
  }

  async started(): Promise<readonly Started[]> {
    const names = (await readdir(this.#folder)).filter((name) => name.endsWith('.json'));
    const texts = names.map((name) => readFile(join(this.#folder, name), 'utf8'));
    return (await Promise.all(texts)).map((text) => JSON.parse(text));
  }

  async joinStrings(): Promise<readonly string[]> {
    return (await this.started()).map((each) => each.join);
  }

  async finish(joinString: string): Promise<void> {
    const started = await this.started();
    const pid = started.find((each) => each.join === joinString)?.pid;
    if (pid !== undefined) process.kill(pid, 'SIGTERM');
  }

  /** All that were launched have told of themselves. */
  async settle(): Promise<void> {
    const over = new AbortController();
    const changes = watch(this.#folder, { signal: over.signal })[Symbol.asyncIterator]();
    try {
      for (;;) {
        // It watches from here on: asked before the look, so that nothing is missed in between.
        const change = changes.next();
        change.catch(() => undefined);
        if ((await this.started()).length >= this.#launched.size) return;
        await change;
      }
    } finally {
      over.abort();
    }
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }
}

describeApplianceLauncher('process', () => ProcessPlace.make());

it('hands over the join string in a file that goes with the process, and no more', async () => {
  const place = await ProcessPlace.make();
  const launcher = place.open();
  const [choice] = launcher.choices;
  if (choice === undefined) throw new Error('no choice');
  const tags = { installationId: 'i1', workerId: crypto.randomUUID() };
  const intent = launcher.prepare({ ...tags, joinString: 'a secret', lifeMs: 5_000 }, choice);
  await launcher.launch(intent);
  await place.settle();
  const [started] = await place.started();
  expect(started?.names).toEqual(['FIRN_JOIN_FILE', 'FIRN_LIFETIME_MAX_MS', 'FIRN_OUT']);
  expect(started).toMatchObject({ join: 'a secret', lifeMs: '5000' });
  await launcher.end(tags);
  expect(await readdir(place.joinFolder)).toEqual(['launched']);
  await place.remove();
});
