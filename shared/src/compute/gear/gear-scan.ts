import { copyInto } from '../../memory/copy-into.ts';
import type { GearScan } from '../../repository/ports.ts';
import { instantiated, type WasmMemory } from '../wasm-module.ts';
import { gearModule } from './gear-module.ts';

interface GearExports extends WasmMemory {
  /** 64 bits, signed. */
  readonly hash: { value: bigint };
  readonly scan: (at: number, end: number, mask: bigint) => number;
}

const tableBytes = 256 * 8;
const windowBytes = 1024 * 1024;

/** The gear hash in WebAssembly. One instance does for all: a scan is over when it returns. */
class WasmGear {
  readonly #exports: GearExports;
  readonly #memory: Uint8Array;
  #table: Uint8Array | undefined;

  constructor() {
    this.#exports = instantiated<GearExports>(gearModule);
    this.#memory = new Uint8Array(this.#exports.memory.buffer);
  }

  scan({ table, bytes, hash, mask }: GearScan) {
    const { scan, hash: rolled } = this.#exports;
    if (table !== this.#table) this.#memory.set(table.subarray(0, tableBytes));
    this.#table = table;
    rolled.value = hash;
    for (let done = 0; done < bytes.length; done += windowBytes) {
      const part = bytes.subarray(done, done + windowBytes);
      copyInto(this.#memory, tableBytes, part);
      const found = scan(tableBytes, tableBytes + part.length, mask);
      if (found > 0) return { end: done + found - tableBytes, hash: rolled.value };
    }
    return { end: undefined, hash: rolled.value };
  }
}

let gear: WasmGear | undefined;

/** @see Compute.scanGear */
export function scanGear(options: GearScan) {
  gear ??= new WasmGear();
  return gear.scan(options);
}
