import { type Hash, toHex } from '@cess/bytes'
import type { Chain } from '@cess/chain'
import { blake2b256 } from '@cess/crypto'
import type { StateKey } from '@cess/primitives'
import type { StateView } from '@cess/state'
import { invalidParams } from '../errors.ts'
import { versionJson } from '../json.ts'
import { type Methods, subscription } from '../method.ts'
import { parseHex } from '../params.ts'
import type { RpcServices } from '../services.ts'
import { blockAt, requireHeader } from './blocks.ts'

/** Longest storage key, keys a page and keys of one query. */
const KEY_BYTES = 1024
const PAGE = 1000
const QUERY_KEYS = 10_000
/** Blocks that one `state_queryStorage` walks. */
const RANGE = 256
const SUBSCRIBED_KEYS = 1000

const latin1 = (bytes: Uint8Array): StateKey => Buffer.from(bytes).toString('latin1') as StateKey
const keyHex = (key: StateKey): string => `0x${Buffer.from(key, 'latin1').toString('hex')}`
const hexOrNull = (value: Uint8Array | undefined): string | null =>
  value === undefined ? null : toHex(value)

const parseKey = (value: unknown): StateKey => latin1(parseHex(value, 'storage key', KEY_BYTES))
const parseKeys = (values: readonly unknown[]): StateKey[] => values.map(parseKey)

/** State, its keys and proofs, runtime calls and their streams. */
export function stateMethods({ chain }: RpcServices): Methods {
  const view = (hash: Hash): StateView => {
    requireHeader(chain, hash)
    return chain.stateAt(hash)
  }
  const getStorage = {
    run: (params: Parameters<Methods[string]['run']>[0]) =>
      hexOrNull(view(blockAt(chain, params, 1)).get(parseKey(params.raw[0]))),
  }
  const getHash = {
    run(params: Parameters<Methods[string]['run']>[0]) {
      const value = view(blockAt(chain, params, 1)).get(parseKey(params.raw[0]))
      return value === undefined ? null : toHex(blake2b256(value))
    },
  }
  const getSize = {
    run(params: Parameters<Methods[string]['run']>[0]) {
      const state = view(blockAt(chain, params, 1))
      const key = parseKey(params.raw[0])
      const own = state.get(key)
      if (own !== undefined) return own.length
      const under = state.keys(key, PAGE)
      if (under.length === 0) return null
      return under.reduce((sum, k) => sum + (state.get(k)?.length ?? 0), 0)
    },
  }
  const getKeysPaged = {
    run(params: Parameters<Methods[string]['run']>[0]) {
      const prefix = latin1(params.optionalBytes(0, 'prefix', KEY_BYTES) ?? new Uint8Array())
      const count = params.integer(1, 'count', PAGE)
      const start = params.optionalBytes(2, 'start key', KEY_BYTES)
      const state = view(blockAt(chain, params, 3))
      return state.keys(prefix, count, start && latin1(start)).map(keyHex)
    },
  }
  const call = {
    run(params: Parameters<Methods[string]['run']>[0]) {
      const at = blockAt(chain, params, 2)
      requireHeader(chain, at)
      return toHex(chain.call(at, params.string(0, 'method', 128), params.bytes(1, 'data')))
    },
  }
  const version = {
    run(params: Parameters<Methods[string]['run']>[0]) {
      requireHeader(chain, blockAt(chain, params, 0))
      return versionJson(chain.host.version)
    },
  }
  const runtimeVersion = (subscribe: string, unsubscribe: string) =>
    subscription({ subscribe, unsubscribe, notification: 'state_runtimeVersion' }, (sub) =>
      sub.push(versionJson(chain.host.version)),
    )
  return {
    state_getStorage: getStorage,
    state_getStorageAt: getStorage,
    state_getStorageHash: getHash,
    state_getStorageHashAt: getHash,
    state_getStorageSize: { ...getSize, unsafe: true },
    state_getStorageSizeAt: { ...getSize, unsafe: true },
    state_getKeysPaged: getKeysPaged,
    state_getKeysPagedAt: getKeysPaged,
    state_getKeys: {
      unsafe: true,
      run: (params) =>
        view(blockAt(chain, params, 1))
          .keys(parseKey(params.raw[0]), QUERY_KEYS)
          .map(keyHex),
    },
    state_getPairs: {
      unsafe: true,
      run(params) {
        const state = view(blockAt(chain, params, 1))
        return state
          .keys(parseKey(params.raw[0]), QUERY_KEYS)
          .map((key) => [keyHex(key), hexOrNull(state.get(key))])
      },
    },
    state_queryStorageAt: {
      run(params) {
        const at = blockAt(chain, params, 1)
        const state = view(at)
        const keys = parseKeys(params.array(0, 'keys', QUERY_KEYS))
        return [{ block: at, changes: keys.map((k) => [keyHex(k), hexOrNull(state.get(k))]) }]
      },
    },
    state_queryStorage: {
      unsafe: true,
      run: (params) =>
        queryRange(
          chain,
          parseKeys(params.array(0, 'keys', QUERY_KEYS)),
          params.hash(1, 'first block'),
          blockAt(chain, params, 2),
        ),
    },
    state_getReadProof: {
      run(params) {
        const at = blockAt(chain, params, 1)
        const proof = view(at).proof(parseKeys(params.array(0, 'keys', PAGE)))
        return { at, proof: proof.map(toHex) }
      },
    },
    state_getMetadata: {
      run: (params) =>
        toHex(
          stripLength(chain.call(blockAt(chain, params, 0), 'Metadata_metadata', new Uint8Array())),
        ),
    },
    state_call: call,
    state_callAt: call,
    state_getRuntimeVersion: version,
    chain_getRuntimeVersion: version,
    ...runtimeVersion('state_subscribeRuntimeVersion', 'state_unsubscribeRuntimeVersion'),
    ...runtimeVersion('chain_subscribeRuntimeVersion', 'chain_unsubscribeRuntimeVersion'),
    ...subscription(
      {
        subscribe: 'state_subscribeStorage',
        unsubscribe: 'state_unsubscribeStorage',
        notification: 'state_storage',
      },
      (sub, params) => {
        const keys = parseKeys(params.array(0, 'keys', SUBSCRIBED_KEYS))
        const held = new Map<StateKey, string | null>()
        const report = (block: Hash): void => {
          const state = chain.stateAt(block)
          const changes: [string, string | null][] = []
          for (const key of keys) {
            const value = hexOrNull(state.get(key))
            if (held.has(key) && held.get(key) === value) continue
            held.set(key, value)
            changes.push([keyHex(key), value])
          }
          if (changes.length > 0) sub.push({ block, changes })
        }
        report(chain.info().bestHash)
        sub.onClose(
          chain.subscribe((event) => {
            if (event.type === 'imported' && event.best) report(event.hash)
          }),
        )
      },
    ),
  }
}

/** Runtime calls return metadata as opaque bytes behind their length. */
function stripLength(opaque: Uint8Array): Uint8Array {
  const mode = opaque[0]! & 3
  const skip = mode === 3 ? 1 + (opaque[0]! >> 2) + 4 : ([1, 2, 4] as const)[mode as 0 | 1 | 2]
  return opaque.subarray(skip)
}

function queryRange(chain: Chain, keys: readonly StateKey[], from: Hash, to: Hash) {
  const path: Hash[] = []
  for (let hash = to; ; ) {
    path.push(hash)
    if (hash === from) break
    const header = requireHeader(chain, hash)
    if (header.number === 0 || path.length > RANGE)
      throw invalidParams(`the blocks must follow each other, ${RANGE} at most`)
    hash = header.parentHash
  }
  const held = new Map<StateKey, string | null>()
  return path.reverse().flatMap((block) => {
    const state = chain.stateAt(block)
    const changes: [string, string | null][] = []
    for (const key of keys) {
      const value = hexOrNull(state.get(key))
      if (held.has(key) && held.get(key) === value) continue
      held.set(key, value)
      changes.push([keyHex(key), value])
    }
    return changes.length > 0 ? [{ block, changes }] : []
  })
}
