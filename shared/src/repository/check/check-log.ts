import { verifyHeader } from '../header/repository-header.ts';
import { checkpointPrefix, logName, logPrefix, parseCheckpointName } from '../log/names.ts';
import { assertFollows, readEntry } from '../log/read-log.ts';
import { encodeLogState } from '../log/state/state-json.ts';
import { applyEntry, emptyLogState, type LogState } from '../log/state.ts';
import type { OpenContext } from '../open-context.ts';
import { type Finding, finding, tried } from './finding.ts';

/** Headers, and all keys. */
export async function* checkHeaderAndKeys(context: OpenContext): AsyncGenerator<Finding> {
  const { store, compute } = context.ports;
  for await (const { name } of store.list('header/')) {
    const found = await tried({ blob: name }, async () => {
      await verifyHeader((await store.get(name)).bytes, compute);
    });
    if (found !== undefined) yield found;
  }
  for await (const { name } of store.list('keys/')) {
    const id = name.slice('keys/'.length);
    const found = await tried({ blob: name }, () => context.keys.read(id));
    if (found !== undefined) yield found;
  }
}

/** Every entry from the first on, and the checkpoints against what the entries say. */
export async function* checkLog(context: OpenContext): AsyncGenerator<Finding> {
  const checkpoints = await listCheckpoints(context);
  const end = context.log.state.head;
  let state: LogState = emptyLogState;
  while (state.head < end) {
    const blob = logName(state.head + 1);
    const next = await nextState(context, state);
    if ('code' in next) {
      yield { ...next, message: `${next.message}; later entries were not checked` };
      return;
    }
    state = next;
    if (!checkpoints.has(state.head)) continue;
    const found = await checkCheckpoint(context, checkpoints.get(state.head) ?? blob, state);
    if (found !== undefined) yield found;
  }
  yield* checkBehind(context, end);
}

async function nextState(context: OpenContext, state: LogState): Promise<LogState | Finding> {
  const { ports, codec } = context;
  const n = state.head + 1;
  let next: LogState | undefined;
  const found = await tried({ blob: logName(n) }, async () => {
    const stored = await readEntry({ ...ports, codec }, n);
    if (stored === undefined) return;
    assertFollows(state.digest, stored);
    next = applyEntry(state, stored).state;
  });
  const missing = () => finding({ blob: logName(n) }, 'E_BLOB_NOT_FOUND', 'it is missing');
  return next ?? found ?? missing();
}

async function checkCheckpoint(
  { ports, codec }: OpenContext,
  blob: string,
  state: LogState,
): Promise<Finding | undefined> {
  let isSame = true;
  const found = await tried({ blob, severity: 'warning' }, async () => {
    const stored = await codec.decodeCheckpoint(state.head, (await ports.store.get(blob)).bytes);
    isSame = stored === undefined || textOf(stored) === textOf(state);
  });
  if (found !== undefined || isSame) return found;
  return finding({ blob }, 'E_REPOSITORY_DAMAGED', 'it says something else than the log does');
}

/** Entries behind a gap: nobody reads them. */
async function* checkBehind({ ports }: OpenContext, end: number): AsyncGenerator<Finding> {
  for await (const { name } of ports.store.list(logPrefix)) {
    const n = Number(name.slice(logPrefix.length));
    if (n <= end + 1) continue;
    const message = `the log ends at ${logName(end)}, and entries behind it exist`;
    yield finding({ blob: logName(end + 1) }, 'E_BLOB_NOT_FOUND', message);
    return;
  }
}

async function listCheckpoints({ ports }: OpenContext): Promise<ReadonlyMap<number, string>> {
  const names = new Map<number, string>();
  for await (const { name } of ports.store.list(checkpointPrefix)) {
    const n = parseCheckpointName(name);
    if (n !== undefined) names.set(n, name);
  }
  return names;
}

function textOf(state: LogState): string {
  return JSON.stringify(encodeLogState(state));
}
