import { ahead } from '../ahead.ts';
import { readNewestCheckpoint } from '../log/checkpoint.ts';
import { type LogPlace, lastListed, readPlace, stepOver } from '../log/damaged-log.ts';
import { checkpointName, checkpointPrefix, logName, parseCheckpointName } from '../log/names.ts';
import { encodeLogState } from '../log/state/state-json.ts';
import { emptyLogState, type LogState } from '../log/state.ts';
import type { OpenContext } from '../open-context.ts';
import { type Finding, finding, messageOf } from './finding.ts';

/** An entry of the log that somebody else has seen. */
export interface KnownHead {
  readonly n: number;
  /** Of its stored bytes, hex. */
  readonly digest: string;
}

const width = 16;

/** Every entry from the first on, past damaged ones, and the checkpoints against them. */
export class LogCheck {
  readonly #context: OpenContext;
  readonly #known: KnownHead | undefined;
  #checkpoints: ReadonlySet<number> = new Set();
  #state: LogState = emptyLogState;
  #isExact = true;
  /** What entries up to here said is known from a checkpoint. */
  #coveredTo = -1;

  constructor(context: OpenContext, known: KnownHead | undefined) {
    this.#context = context;
    this.#known = known;
  }

  async *findings(): AsyncGenerator<Finding> {
    const { ports, codec, log } = this.#context;
    const reading = { ...ports, codec };
    this.#checkpoints = await listCheckpoints(this.#context);
    this.#coveredTo = (await readNewestCheckpoint(reading))?.head ?? -1;
    const last = Math.max(log.state.head, await lastListed(reading));
    for await (const place of ahead(numbers(last), width, (n) => readPlace(reading, n))) {
      yield* this.#entry(place);
      if (this.#checkpoints.has(place.n)) yield* this.#checkpoint(place.n);
    }
    yield* this.#cutOff();
  }

  *#entry(place: LogPlace): Generator<Finding> {
    const blob = logName(place.n);
    const { state, problem } = stepOver(this.#state, place, this.#isExact);
    this.#state = state;
    if (problem !== undefined) {
      this.#isExact = false;
      const isCovered = this.#coveredTo >= place.n;
      const effect = isCovered ? '; a checkpoint holds what it said' : '';
      const severity = isCovered ? 'warning' : 'error';
      yield finding({ blob, severity }, 'E_LOG_DAMAGED', `${problem}${effect}`);
    }
    const { n, digest } = this.#known ?? {};
    if (n === place.n && digest !== place.digest && place.stored !== undefined) {
      yield finding({ blob }, 'E_LOG_CUT_OFF', 'it is not the entry that was seen here before');
    }
  }

  /** A checkpoint that stands behind a damaged entry is taken for what the log said. */
  async *#checkpoint(n: number): AsyncGenerator<Finding> {
    const { ports, codec } = this.#context;
    const blob = checkpointName(n);
    try {
      const stored = await codec.decodeCheckpoint(n, (await ports.store.get(blob)).bytes);
      if (stored === undefined) return;
      const isSame = textOf(stored) === textOf(this.#state);
      if (this.#isExact && !isSame) {
        yield finding({ blob }, 'E_CHECKPOINT_DAMAGED', 'it says something else than the log does');
      }
      if (!this.#isExact) {
        this.#state = stored;
        this.#isExact = true;
      }
    } catch (error) {
      yield finding({ blob, severity: 'warning' }, 'E_CHECKPOINT_DAMAGED', messageOf(error));
    }
  }

  *#cutOff(): Generator<Finding> {
    const known = this.#known;
    if (known === undefined || known.n <= this.#state.head) return;
    const message = `the log ends at ${this.#state.head}, and entry ${known.n} was seen before`;
    yield finding({ blob: logName(this.#state.head + 1) }, 'E_LOG_CUT_OFF', message);
  }
}

function* numbers(last: number): Generator<number> {
  for (let n = 0; n <= last; n += 1) yield n;
}

async function listCheckpoints({ ports }: OpenContext): Promise<ReadonlySet<number>> {
  const found = new Set<number>();
  for await (const { name } of ports.store.list(checkpointPrefix)) {
    const n = parseCheckpointName(name);
    if (n !== undefined) found.add(n);
  }
  return found;
}

function textOf(state: LogState): string {
  return JSON.stringify(encodeLogState(state));
}
