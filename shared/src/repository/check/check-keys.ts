import { ahead } from '../ahead.ts';
import { decodeHeader, verifyHeader } from '../header/header-layout.ts';
import { readHeader } from '../header/header-store.ts';
import type { OpenContext } from '../open-context.ts';
import { type Finding, finding, problemOf } from './finding.ts';

const width = 8;

/** Headers, and all keys. */
export async function* checkHeaderAndKeys(context: OpenContext): AsyncGenerator<Finding> {
  yield* checkHeaders(context);
  const { store } = context.ports;
  const keys = ahead(store.list('keys/'), width, async ({ name }) => {
    const problem = await problemOf(() => context.keys.read(name.slice('keys/'.length)));
    return { name, problem };
  });
  for await (const { name, problem } of keys) {
    if (problem !== undefined) yield finding({ blob: name }, 'E_KEY_DAMAGED', problem);
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
}
