import {
  type Externalities,
  type RuntimeHost,
  RuntimeTrap,
  type RuntimeVersion,
  type StateKey,
} from '@cess/primitives'
import { type AnyCodec, encode, Reader } from '@cess/scale'
import { coreApis } from './core-apis.ts'
import { createExecutive, type Executive, type SignatureJob } from './executive.ts'
import type { Runtime } from './runtime.ts'
import { apiId, type RuntimeApi, type RuntimeApiMethod } from './runtime-api.ts'

export interface HostOptions {
  /** Verifies signatures ahead of the calls that need them. */
  readonly prime?: (jobs: readonly SignatureJob[]) => Promise<void>
  /** APIs beside those of the pallets (TransactionPayment's call forms, SessionKeys, GenesisBuilder …). */
  readonly apis?: readonly RuntimeApi[]
}

const errorText = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)

/** Makes the assembled runtime callable by entry point, as a Wasm runtime is. */
export function createRuntimeHost(
  runtime: Runtime,
  { prime, apis = [] }: HostOptions = {},
): RuntimeHost & { readonly executive: Executive } {
  const executive = createExecutive(runtime)
  const all: readonly RuntimeApi[] = [
    ...coreApis(runtime, executive, () => all),
    ...runtime.apis,
    ...apis,
  ]
  const methods = new Map<string, RuntimeApiMethod>()
  for (const api of all)
    for (const [name, method] of Object.entries(api.methods))
      methods.set(`${api.name}_${name}`, method)
  const version: RuntimeVersion = {
    ...runtime.parts.version,
    apis: all.map((api) => [apiId(api.name), api.version] as const),
  }

  return {
    version,
    executive,
    call(entryPoint, args, state) {
      if (entryPoint === 'Core_version') return encode(methods.get(entryPoint)!.output, version)
      const method = methods.get(entryPoint)
      if (!method)
        throw new RuntimeTrap(
          `the runtime has no function ${entryPoint}; see state_getMetadata for those it has`,
        )
      return runtime.within(state, () => invoke(entryPoint, method, args))
    },
    async prepare(extrinsics, state, parent) {
      if (!prime) return
      await prime(runtime.within(state, () => executive.signatureJobs(extrinsics, parent)))
    },
  }
}

function invoke(name: string, method: RuntimeApiMethod, args: Uint8Array): Uint8Array {
  try {
    const reader = new Reader(args)
    const inputs: Record<string, unknown> = {}
    for (const [input, codec] of Object.entries(method.inputs))
      inputs[input] = (codec as AnyCodec).read(reader)
    if (reader.remaining > 0)
      throw new RuntimeTrap(`${reader.remaining} bytes follow the arguments of ${name}`)
    return encode(method.output, method.run(inputs as never))
  } catch (error) {
    if (error instanceof RuntimeTrap) throw error
    throw new RuntimeTrap(`${name} failed: ${errorText(error)}`, { cause: error })
  }
}

/** Builds the state of block 0: every pallet writes its part, in order. */
export function buildGenesis(
  runtime: Runtime,
  configs: Readonly<Record<string, unknown>>,
  state: Externalities,
  raw: Iterable<readonly [StateKey, Uint8Array]> = [],
): void {
  runtime.within(state, () => {
    for (const [key, value] of raw) state.put(key, value)
    for (const { def, ctx } of runtime.bound) def.genesis?.(ctx, configs[def.name])
  })
}
