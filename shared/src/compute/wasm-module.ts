/** What is used of it: the compiler knows it of browsers only. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

/** What every module exports. */
export interface WasmMemory {
  readonly memory: { readonly buffer: ArrayBuffer };
}

/** @param module base64 */
export function instantiated<T extends WasmMemory>(module: string): T {
  const compiled = new WebAssembly.Module(Buffer.from(module, 'base64'));
  return new WebAssembly.Instance(compiled).exports as T;
}
