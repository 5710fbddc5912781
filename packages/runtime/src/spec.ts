import { fromHex, fromUtf8, toHex, utf8 } from '@cess/bytes'
import { stateKey, stateKeyBytes } from '@cess/frame'
import type { Externalities, StateKey } from '@cess/primitives'
import { parseRuntimeConfig, type RuntimeConfig, SS58_PREFIX } from './config.ts'
import { writeGenesis } from './genesis.ts'
import type { NetworkPreset } from './presets.ts'
import { createRuntime } from './runtime.ts'
import { VERSION } from './version.ts'

/**
 * Where the state of block 0 keeps the runtime's configuration (JSON). It is part of the state so that the genesis
 * hash commits to it: nodes that would run by other rules are on another chain.
 */
export const CONFIG_KEY = ':cess:config' as StateKey

/**
 * Where Substrate keeps the runtime's code, and by whose hash clients remember its metadata. Ours is part of the
 * program: what stands there is its name and version.
 */
const CODE_KEY = ':code' as StateKey

/** Everything that makes a network: who it is, and the state it begins with. */
export interface ChainSpec {
  readonly name: string
  readonly id: string
  readonly chainType: 'Development' | 'Local' | 'Live'
  readonly bootNodes: readonly string[]
  readonly properties: Readonly<Record<string, unknown>>
  readonly config: RuntimeConfig
  /** State of block 0. */
  readonly genesis: readonly (readonly [StateKey, Uint8Array])[]
}

export const CHAIN_PROPERTIES = {
  ss58Format: SS58_PREFIX,
  tokenDecimals: 18,
  tokenSymbol: 'TCESS',
} as const

/** The chain specification of a preset. `empty` is an empty state to write genesis into. */
export function specOf(preset: NetworkPreset, empty: Externalities): ChainSpec {
  const { runtime } = createRuntime(preset.config, { verifier: { verify: () => false } })
  empty.put(CODE_KEY, utf8(`native:${VERSION.specName}/${VERSION.specVersion}`))
  empty.put(CONFIG_KEY, utf8(JSON.stringify(preset.config)))
  writeGenesis(runtime, preset.genesis, empty)
  const genesis: [StateKey, Uint8Array][] = []
  const first = '' as StateKey
  for (let key = empty.nextKey(first); key !== undefined; key = empty.nextKey(key))
    genesis.push([key, empty.get(key)!])
  const { name, id, chainType, config } = preset
  return { name, id, chainType, bootNodes: [], properties: CHAIN_PROPERTIES, config, genesis }
}

/** The raw form that Substrate's tools read. Light clients refuse any further field. */
export const specJson = (spec: ChainSpec): Record<string, unknown> => ({
  name: spec.name,
  id: spec.id,
  chainType: spec.chainType,
  bootNodes: spec.bootNodes,
  telemetryEndpoints: null,
  protocolId: spec.id,
  properties: spec.properties,
  codeSubstitutes: {},
  genesis: {
    raw: {
      top: Object.fromEntries(
        spec.genesis.map(([key, value]) => [toHex(stateKeyBytes(key)), toHex(value)]),
      ),
      childrenDefault: {},
    },
  },
})

const CHAIN_TYPES = ['Development', 'Local', 'Live'] as const
const MAX_ENTRIES = 1_000_000
const MAX_NAME = 128

const fail = (why: string): never => {
  throw new RangeError(
    `The chain specification ${why}. Make one with: cess-node build-spec --chain local`,
  )
}
const text = (value: unknown, field: string): string =>
  typeof value === 'string' && value.length > 0 && value.length <= MAX_NAME
    ? value
    : fail(`needs a "${field}" of 1 to ${MAX_NAME} characters`)

/** Reads a raw chain specification. @throws RangeError that names what is wrong. */
export function parseSpec(input: unknown): ChainSpec {
  if (typeof input !== 'object' || input === null) return fail('is not a JSON object')
  const json = input as Record<string, unknown>
  const raw = (json['genesis'] as { raw?: { top?: unknown; childrenDefault?: unknown } })?.raw
  const top = raw?.top
  if (typeof top !== 'object' || top === null) return fail('has no genesis.raw.top')
  if (Object.keys(raw?.childrenDefault ?? {}).length > 0) return fail('has child tries')
  const entries = Object.entries(top as Record<string, unknown>)
  if (entries.length === 0 || entries.length > MAX_ENTRIES) return fail('has no usable state')
  let genesis: [StateKey, Uint8Array][]
  try {
    genesis = entries.map(([key, value]) => [stateKey(fromHex(key)), fromHex(String(value))])
  } catch {
    return fail('has genesis entries that are not hex')
  }
  const bootNodes = json['bootNodes'] ?? []
  if (!Array.isArray(bootNodes) || !bootNodes.every((one) => typeof one === 'string'))
    return fail('needs "bootNodes" to be a list of multiaddresses')
  const chainType = CHAIN_TYPES.find((one) => one === json['chainType'])
  return {
    name: text(json['name'], 'name'),
    id: text(json['id'], 'id'),
    chainType: chainType ?? fail(`needs a "chainType" of ${CHAIN_TYPES.join(', ')}`),
    bootNodes: bootNodes as string[],
    properties: (json['properties'] as Record<string, unknown>) ?? CHAIN_PROPERTIES,
    config: readConfig(genesis),
    genesis,
  }
}

function readConfig(genesis: readonly (readonly [StateKey, Uint8Array])[]): RuntimeConfig {
  const found = genesis.find(([key]) => key === CONFIG_KEY)
  if (!found) return fail(`is not one of this network's: its state has no ${CONFIG_KEY}`)
  try {
    return parseRuntimeConfig(JSON.parse(fromUtf8(found[1])))
  } catch (error) {
    return fail(`has a bad configuration: ${(error as Error).message}`)
  }
}
