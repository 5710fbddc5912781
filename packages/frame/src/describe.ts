import { multiAddress, multiSignature } from '@cess/primitives'
import { type AnyCodec, encode, type RuntimeDescription, struct, tuple } from '@cess/scale'
import type { AnyPalletDef } from './pallet.ts'
import type { Runtime } from './runtime.ts'
import type { RuntimeApi } from './runtime-api.ts'
import type { AnyItem } from './storage/items.ts'

type Pallet = RuntimeDescription['pallets'][number]
type Entry = NonNullable<Pallet['storage']>['entries'][number]

const lines = (docs: string | undefined): string[] => (docs ? docs.split('\n') : [])

function entry(name: string, item: AnyItem): Entry {
  const optional = item.fallback === undefined
  const shared = {
    name,
    modifier: optional ? ('Optional' as const) : ('Default' as const),
    default: optional ? Uint8Array.of(0) : encode(item.codec as AnyCodec, item.fallback),
    docs: lines(item.docs),
  }
  if (item.kind === 'value') return { ...shared, type: { plain: item.codec as AnyCodec } }
  const keys = item.keys as readonly { codec: AnyCodec; hasher: never }[]
  const key = keys.length === 1 ? keys[0]!.codec : tuple(...keys.map((k) => k.codec))
  return {
    ...shared,
    type: { map: { hashers: keys.map((k) => k.hasher), key, value: item.codec as AnyCodec } },
  }
}

const carried = (outer: AnyCodec, pallet: string): AnyCodec | undefined => {
  if (outer.def.tag !== 'variant') return undefined
  return outer.def.variants.find((v) => v.name === pallet)?.fields[0]?.codec
}

function pallet(runtime: Runtime, def: AnyPalletDef): Pallet {
  const calls = carried(runtime.call, def.name)
  const events = carried(runtime.event, def.name)
  const errors = carried(runtime.error, def.name)
  const items = Object.entries(def.storage)
  return {
    name: def.name,
    index: def.index,
    docs: lines(def.docs),
    storage:
      items.length > 0
        ? { prefix: def.name, entries: items.map(([name, item]) => entry(name, item)) }
        : undefined,
    calls,
    events,
    errors,
    constants: Object.entries(def.constants ?? {}).map(([name, c]) => ({
      name,
      codec: c.codec as AnyCodec,
      value: encode(c.codec as AnyCodec, c.value),
      docs: lines(c.docs),
    })),
    associatedTypes: [],
    viewFunctions: [],
  }
}

/**
 * Everything that metadata tells of a runtime, taken from its pallet definitions alone.
 * @param apis those that are callable: of the pallets and of the host.
 */
export function describeRuntime(
  runtime: Runtime,
  apis: readonly RuntimeApi[] = runtime.apis,
): RuntimeDescription {
  return {
    pallets: runtime.bound.map(({ def }) => pallet(runtime, def)),
    extrinsic: {
      version: 4,
      // Signed transactions have format 4; bare and general ones may have 5.
      versions: [4, 5],
      address: multiAddress,
      call: runtime.call,
      signature: multiSignature,
      extra: runtime.extra,
      extrinsic: runtime.extrinsic,
      extensions: runtime.extensions.map(({ identifier, extra, additional }) => ({
        identifier,
        extra,
        additional,
      })),
    },
    runtime: struct('cess_runtime::Runtime', {}),
    outerEnums: { call: runtime.call, event: runtime.event, error: runtime.error },
    apis: apis.map((api) => ({
      name: api.name,
      version: api.version,
      docs: [],
      methods: Object.entries(api.methods).map(([name, m]) => ({
        name,
        inputs: Object.entries(m.inputs).map(([input, codec]) => ({ name: input, codec })),
        output: m.output,
        docs: lines(m.docs),
      })),
    })),
  }
}
