import { mkdtemp, readdir, readFile, rm, watch, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Tells what it was started with, and ends when there is a file `end`. */
const program = `
import { existsSync, readFileSync, renameSync, watch, writeFileSync } from 'node:fs';
const folder = process.argv[2];
const { INSTANCE_ID: id, USER_DATA_FILE: file, AWS_EC2_METADATA_SERVICE_ENDPOINT: url } = process.env;
watch(folder, () => { if (existsSync(folder + '/end')) process.exit(0); });
const told = { id, pid: process.pid, userData: readFileSync(file, 'utf8'), url };
writeFileSync(folder + '/~' + id, JSON.stringify(told));
renameSync(folder + '/~' + id, folder + '/' + id + '.json');
`;

export interface ToldGuest {
  readonly id: string;
  readonly pid: number;
  readonly userData: string;
  readonly url: string;
}

/** Where guests tell of themselves. */
export class GuestFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<GuestFolder> {
    const path = await mkdtemp(join(tmpdir(), 'ec2-guests-'));
    await writeFile(join(path, 'guest.mjs'), program);
    return new GuestFolder(path);
  }

  /** As the simulated EC2 wants it. */
  get command(): string {
    return JSON.stringify([process.execPath, join(this.path, 'guest.mjs'), this.path]);
  }

  async told(): Promise<readonly ToldGuest[]> {
    const names = (await readdir(this.path)).filter((name) => name.endsWith('.json'));
    const texts = await Promise.all(names.map((name) => readFile(join(this.path, name), 'utf8')));
    return texts.map((text) => JSON.parse(text));
  }

  /** Waits until so many have started. */
  async started(count: number): Promise<readonly ToldGuest[]> {
    const over = new AbortController();
    const changes = watch(this.path, { signal: over.signal })[Symbol.asyncIterator]();
    try {
      for (;;) {
        // asked before the look, so that nothing is missed in between
        const change = changes.next();
        change.catch(() => undefined);
        const told = await this.told();
        if (told.length >= count) return told;
        await change;
      }
    } finally {
      over.abort();
    }
  }

  async endAll(): Promise<void> {
    await writeFile(join(this.path, 'end'), '');
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true });
  }
}
