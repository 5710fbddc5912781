/** The part of WebAssembly's JavaScript API that is used here: TypeScript has it only with the DOM. */
interface WasmApi {
  validate(module: Uint8Array): boolean
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}

export interface WasmMemory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}

const api = (globalThis as { WebAssembly?: WasmApi }).WebAssembly

/** Compiles a base64 module and returns what makes instances; undefined when this machine cannot run it. */
export function instantiator(base64: string): (() => unknown) | undefined {
  const bytes = Uint8Array.fromBase64(base64)
  if (!api?.validate(bytes)) return undefined
  const module = new api.Module(bytes)
  return () => new api.Instance(module).exports
}
