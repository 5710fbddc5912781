/** The part of WebAssembly's JavaScript API that is used here: TypeScript has it only with the DOM. */
export interface WasmApi {
  validate(module: Uint8Array): boolean
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}

export interface WasmMemory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}

/** Undefined where there is none. */
export const wasm = (globalThis as { WebAssembly?: WasmApi }).WebAssembly
