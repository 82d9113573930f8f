import { instantiated, type WasmMemory } from '../wasm-module.ts';
import { base64Module } from './base64-module.ts';

interface Base64Exports extends WasmMemory {
  readonly decode: (at: number, end: number, to: number) => number;
}

const windowCharacters = 256 * 1024;

/** One instance does for all: a call is over when it returns. */
class WasmBase64 {
  readonly #decode: Base64Exports['decode'];
  readonly #memory: Uint8Array;

  constructor() {
    const { decode, memory } = instantiated<Base64Exports>(base64Module);
    this.#decode = decode;
    this.#memory = new Uint8Array(memory.buffer);
  }

  decode(target: Uint8Array, characters: Uint8Array): number {
    let done = 0;
    for (;;) {
      const part = characters.subarray(done, done + windowCharacters);
      this.#memory.set(part);
      const decoded = this.#decode(0, part.length, windowCharacters);
      const bytes = (decoded / 4) * 3;
      const made = this.#memory.subarray(windowCharacters, windowCharacters + bytes);
      target.set(made, (done / 4) * 3);
      done += decoded;
      if (decoded < windowCharacters) return done;
    }
  }
}

let base64: WasmBase64 | undefined;

/** @see Compute.decodeBase64 */
export function decodeBase64(target: Uint8Array, characters: Uint8Array): number {
  base64 ??= new WasmBase64();
  return base64.decode(target, characters);
}
