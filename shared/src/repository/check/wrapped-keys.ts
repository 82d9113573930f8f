import { type AppError, isAppError } from '../../errors/app-error.ts';
import type { OpenContext } from '../open-context.ts';
import type { PlacedContent } from '../read/placed-content.ts';
import { openSegmentKey } from '../segment/wrapped-key.ts';

/** Each takes about 200 bytes. */
const rememberedMax = 50_000;

/** Whether the keys of shared segments open that stand in rows: each is tried once, as long as it is remembered. */
export class WrappedKeys {
  readonly #context: OpenContext;
  readonly #problems = new Map<string, AppError | undefined>();

  constructor(context: OpenContext) {
    this.#context = context;
  }

  /** Why the content's row opens nothing; undefined: it does, or has no key. The object key can be read. */
  async problemOf({ address, place }: PlacedContent): Promise<AppError | undefined> {
    const { segmentKey, keyId } = place;
    if (segmentKey === undefined) return undefined;
    const { segment: id } = address;
    const name = `${keyId}/${id}/${segmentKey}`;
    if (this.#problems.has(name)) return this.#problems.get(name);
    const problem = await this.#open(keyId, { id, segmentKey });
    this.#problems.set(name, problem);
    const [oldest] = this.#problems.keys();
    if (this.#problems.size > rememberedMax && oldest !== undefined) this.#problems.delete(oldest);
    return problem;
  }

  async #open(keyId: string, wrapped: { readonly id: string; readonly segmentKey: string }) {
    const { keys, ports } = this.#context;
    const objectKey = await keys.objectKey(keyId);
    try {
      await openSegmentKey(ports.compute, objectKey, wrapped);
      return undefined;
    } catch (error) {
      if (!isAppError(error, 'E_REPOSITORY_DAMAGED')) throw error;
      return error;
    }
  }
}
