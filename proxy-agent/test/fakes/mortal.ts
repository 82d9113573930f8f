/**
 * A process that can die: from then on nothing that it calls answers. What it
 * called before may or may not have been applied, as with kill -9.
 */
export class Mortal {
  calls = 0;
  isDead = false;
  readonly died = Promise.withResolvers<void>();
  readonly #dieAt: number;
  readonly #applies: boolean;

  /** @param dieAt number of the call that never answers; @param applies it takes effect all the same */
  constructor(dieAt = Number.POSITIVE_INFINITY, applies = false) {
    this.#dieAt = dieAt;
    this.#applies = applies;
  }

  die(): void {
    this.isDead = true;
    this.died.resolve();
  }

  /** The object as this process sees it. Methods named in plain are not counted. */
  wrap<Port extends object>(port: Port, plain: readonly (string | symbol)[] = []): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const member = Reflect.get(target, name) as unknown;
        if (typeof member !== 'function') return member;
        const call = (member as (...args: unknown[]) => unknown).bind(target);
        return plain.includes(name)
          ? call
          : (...args: unknown[]) => this.#call(() => call(...args));
      },
    });
  }

  #call(call: () => unknown): unknown {
    this.calls += 1;
    const dies = this.isDead || this.calls >= this.#dieAt;
    if (!dies) return this.#alive(call());
    const applies = this.#applies && !this.isDead;
    this.die();
    const never = new Promise<never>(() => undefined);
    const result = applies ? call() : undefined;
    if (result instanceof Promise) result.catch(() => undefined);
    return never;
  }

  /** An answer that comes after the death is not heard. */
  #alive(result: unknown): unknown {
    if (!(result instanceof Promise)) return result;
    const never = new Promise<never>(() => undefined);
    return result.then(
      (value: unknown) => (this.isDead ? never : value),
      (error: unknown) => {
        if (this.isDead) return never;
        throw error;
      },
    );
  }
}
