import { mkdtemp, readdir, readFile, rm, watch, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Reads its join string where a pod has it, or as cloud-init would write it; tells of it, and ends when it is told to. */
const program = `
import { existsSync, readFileSync, renameSync, watch, writeFileSync } from 'node:fs';
const folder = process.argv[2];
const fromCloudInit = (text) => {
  const config = JSON.parse(text.replace('#cloud-config', ''));
  return config.write_files.find((file) => file.path === '/etc/firn/join').content;
};
const { FIRN_JOIN_FILE: joinFile, USER_DATA_FILE: userDataFile } = process.env;
const join = joinFile
  ? readFileSync(joinFile, 'utf8')
  : fromCloudInit(readFileSync(userDataFile, 'utf8'));
const name = folder + '/' + process.pid;
const { AZURE_METADATA_ENDPOINT: metadata, ARM_ENDPOINT: manager } = process.env;
// As firn-end-machine does it: Azure bills a machine that is only off.
const deleteItself = async () => {
  const headers = { Metadata: 'true' };
  const token = await fetch(metadata + '/metadata/identity/oauth2/token?api-version=2018-02-01&resource=x', { headers });
  if (!token.ok) return;
  const id = await (await fetch(metadata + '/metadata/instance/compute/resourceId?api-version=2021-02-01&format=text', { headers })).text();
  const { access_token } = await token.json();
  await fetch(manager + id + '?api-version=2024-07-01', { method: 'DELETE', headers: { authorization: 'Bearer ' + access_token } });
};
const look = async () => {
  if (!existsSync(folder + '/end-' + join)) return;
  if (metadata) await deleteItself();
  process.exit(0);
};
watch(folder, look);
writeFileSync(name + '~', join);
renameSync(name + '~', name + '.started');
look();
`;

/** What machines of a simulated cloud boot into, and where they tell of it. */
export class GuestPrograms {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async make(): Promise<GuestPrograms> {
    const folder = await mkdtemp(join(tmpdir(), 'firn-guests-'));
    await writeFile(join(folder, 'guest.mjs'), program);
    return new GuestPrograms(folder);
  }

  /** Program and arguments, as JSON. */
  get command(): string {
    return JSON.stringify([process.execPath, join(this.#folder, 'guest.mjs'), this.#folder]);
  }

  async joinStrings(): Promise<readonly string[]> {
    const names = (await readdir(this.#folder)).filter((name) => name.endsWith('.started'));
    return Promise.all(names.map((name) => readFile(join(this.#folder, name), 'utf8')));
  }

  /** Waits until so many have started. */
  async started(count: number): Promise<void> {
    const over = new AbortController();
    const changes = watch(this.#folder, { signal: over.signal })[Symbol.asyncIterator]();
    try {
      for (;;) {
        // Asked before the look, so that nothing is missed in between.
        const change = changes.next();
        change.catch(() => undefined);
        if ((await this.joinStrings()).length >= count) return;
        await change;
      }
    } finally {
      over.abort();
    }
  }

  async finish(joinString: string): Promise<void> {
    await writeFile(join(this.#folder, `end-${joinString}`), '');
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }
}
