import type { AppError } from '../../errors/app-error.ts';
import { isDamage } from '../damaged.ts';
import type { KeyRing } from './key-ring.ts';

/** Which of the stored keys can be read: each is asked for once. */
export class ReadableKeys {
  readonly #keys: Pick<KeyRing, 'objectKey'>;
  readonly #problems = new Map<string, Promise<AppError | undefined>>();

  constructor(keys: Pick<KeyRing, 'objectKey'>) {
    this.#keys = keys;
  }

  /** Why the key is lost; undefined: it can be read. */
  problemOf(id: string): Promise<AppError | undefined> {
    const known = this.#problems.get(id);
    if (known !== undefined) return known;
    const asking = this.#ask(id);
    this.#problems.set(id, asking);
    asking.catch(() => this.#problems.delete(id));
    return asking;
  }

  /** Those of the keys that cannot be read, and why. */
  async lostAmong(ids: Iterable<string>): Promise<ReadonlyMap<string, AppError>> {
    const lost = new Map<string, AppError>();
    for (const id of ids) {
      const problem = await this.problemOf(id);
      if (problem !== undefined) lost.set(id, problem);
    }
    return lost;
  }

  async #ask(id: string): Promise<AppError | undefined> {
    try {
      await this.#keys.objectKey(id);
      return undefined;
    } catch (error) {
      if (!isDamage(error)) throw error;
      return error;
    }
  }
}
