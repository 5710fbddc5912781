/** The part of WebAssembly's JavaScript API that is used here: TypeScript has it only with the DOM. */
interface WasmApi {
  validate(module: Uint8Array): boolean
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}
export interface Memory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}

/** Instantiates one of the kernels; undefined on a machine without the instructions that it uses. */
export function instantiate<Exports>(base64: string): Exports | undefined {
  const wasm = (globalThis as { WebAssembly?: WasmApi }).WebAssembly
  const bytes = Uint8Array.fromBase64(base64)
  if (!wasm?.validate(bytes)) return undefined
  return new wasm.Instance(new wasm.Module(bytes)).exports as Exports
}
