import { ahead } from '../ahead.ts';
import { livePlaces } from '../garbage/live-places.ts';
import { decodeHeader, isSuperseded, verifyHeader } from '../header/header-layout.ts';
import { type HeaderPorts, lowerHeaders, readHeader } from '../header/header-store.ts';
import { rootsOf } from '../log/state/roots.ts';
import type { OpenContext } from '../open-context.ts';
import { type Finding, finding, messageOf, problemOf } from './finding.ts';

const width = 8;

/** Headers, and all keys. */
export async function* checkHeaderAndKeys(context: OpenContext): AsyncGenerator<Finding> {
  yield* checkHeaders(context);
  const { store } = context.ports;
  const keys = ahead(store.list('keys/'), width, async ({ name }) => {
    const problem = await problemOf(() => context.keys.read(name.slice('keys/'.length)));
    return { name, problem };
  });
  let needed: ReadonlySet<string> | undefined;
  for await (const { name, problem } of keys) {
    if (problem === undefined) continue;
    needed ??= await neededKeys(context);
    const isNeeded = needed === everyKey || needed.has(name) || !objectKeyName.test(name);
    const nothing = isNeeded ? '' : '; no restore point needs it';
    const severity = isNeeded ? 'error' : 'warning';
    yield finding({ blob: name, severity }, 'E_KEY_DAMAGED', `${problem}${nothing}`);
  }
}

const objectKeyName = /^keys\/[0-9a-f]{32}$/;

/** When nobody can tell. */
const everyKey: ReadonlySet<string> = new Set();

/** Names of the object keys that a restore point needs. */
async function neededKeys(context: OpenContext): Promise<ReadonlySet<string>> {
  const { state } = context.log;
  const needed = new Set<string>();
  try {
    for await (const reached of livePlaces(context, rootsOf(state), state)) {
      if (reached.type === 'segment') needed.add(`keys/${reached.place.keyId}`);
      if (reached.type === 'keys') for (const id of reached.keyIds) needed.add(`keys/${id}`);
    }
    return needed;
  } catch (error) {
    messageOf(error);
    return everyKey;
  }
}

/** Each header by itself, and that the one that counts is there. */
async function* checkHeaders({ ports }: OpenContext): AsyncGenerator<Finding> {
  const { store, compute } = ports;
  let isSound = true;
  for await (const { name } of store.list('header/')) {
    const problem = await problemOf(async () =>
      decodeHeader((await store.get(name)).bytes, compute),
    );
    if (problem === undefined) continue;
    isSound = false;
    yield finding({ blob: name }, 'E_HEADER_DAMAGED', problem);
  }
  if (!isSound) return;
  const problem = await problemOf(async () => verifyHeader(await readHeader(store), compute));
  if (problem !== undefined) yield finding({ blob: 'header/' }, 'E_HEADER_DAMAGED', problem);
  else yield* checkLowerHeaders(ports);
}

/** A change of keys that did not end, or somebody who put an old header back. */
async function* checkLowerHeaders({ store, compute }: HeaderPorts): AsyncGenerator<Finding> {
  for (const name of await lowerHeaders(store)) {
    const header = await decodeHeader((await store.get(name)).bytes, compute);
    if (isSuperseded(header)) continue;
    const message = `${name} still holds what opened the repository; changing a password takes it out`;
    yield finding({ blob: name, severity: 'warning' }, 'E_HEADER_DAMAGED', message);
  }
}
