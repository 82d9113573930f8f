interface Entry<Value> {
  readonly value: Value;
  usedAtMs: number;
}

/** Values that were used lately: at most so many, the one used longest ago goes first. */
export class Recent<Value> {
  readonly #sizeMax: number;
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry<Value>>();

  constructor(sizeMax: number, now: () => number) {
    this.#sizeMax = sizeMax;
    this.#now = now;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry !== undefined) this.set(key, entry.value);
    return entry?.value;
  }

  set(key: string, value: Value): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, usedAtMs: this.#now() });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#sizeMax && oldest !== undefined) this.#entries.delete(oldest);
  }

  /** Unless the key has another value by now. */
  delete(key: string, value: Value): void {
    if (this.#entries.get(key)?.value === value) this.#entries.delete(key);
  }

  /** Drops what was not used for so long. */
  forgetIdle(idleMs: number): void {
    const before = this.#now() - idleMs;
    for (const [key, { usedAtMs }] of this.#entries) {
      if (usedAtMs <= before) this.#entries.delete(key);
    }
  }
}
