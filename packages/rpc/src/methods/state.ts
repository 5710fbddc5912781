import { type Hash, toHex } from '@cess/bytes'
import type { Chain } from '@cess/chain'
import { blake2b256 } from '@cess/crypto'
import type { StateKey } from '@cess/primitives'
import { bytes, decode } from '@cess/scale'
import type { StateView } from '@cess/state'
import { invalidParams, RpcError } from '../errors.ts'
import { versionJson } from '../json.ts'
import { type Method, type Methods, subscription } from '../method.ts'
import type { Params } from '../params.ts'
import type { RpcServices } from '../services.ts'
import { blockAt, requireHeader } from './blocks.ts'
import { keyAt, keyHex, keysAt } from './keys.ts'
import { ALL_KEYS, allKeys, hexOrNull, PAGE, pageOf } from './state-reads.ts'
import { createStorageWatch } from './storage-watch.ts'

/** Blocks that one `state_queryStorage` walks. */
const RANGE = 256
/** Keys that one subscription watches. */
const SUBSCRIBED_KEYS = 4096

/** Bytes under a key, or under all keys that it is a prefix of. */
function sizeOf(state: StateView, key: StateKey): number | null {
  const own = state.get(key)
  if (own !== undefined) return own.length
  const under = allKeys(state, key)
  return under.length === 0
    ? null
    : under.reduce((sum, each) => sum + (state.get(each)?.length ?? 0), 0)
}

function readMethods(view: (params: Params, index: number) => StateView): Methods {
  const getStorage: Method = {
    run: (params) => hexOrNull(view(params, 1).get(keyAt(params, 0))),
  }
  const getHash: Method = {
    run(params) {
      const value = view(params, 1).get(keyAt(params, 0))
      return value === undefined ? null : toHex(blake2b256(value))
    },
  }
  const getSize: Method = {
    unsafe: true,
    run: (params) => sizeOf(view(params, 1), keyAt(params, 0)),
  }
  const getKeysPaged: Method = { run: (params) => pageOf(view(params, 3), params, 0) }
  return {
    state_getStorage: getStorage,
    state_getStorageAt: getStorage,
    state_getStorageHash: getHash,
    state_getStorageHashAt: getHash,
    state_getStorageSize: getSize,
    state_getStorageSizeAt: getSize,
    state_getKeysPaged: getKeysPaged,
    state_getKeysPagedAt: getKeysPaged,
    // Not unsafe in Substrate, which only asks not to use it any more.
    state_getKeys: {
      unsafe: true,
      run: (params) => allKeys(view(params, 1), keyAt(params, 0)).map(keyHex),
    },
    state_getPairs: {
      unsafe: true,
      run(params) {
        const state = view(params, 1)
        return allKeys(state, keyAt(params, 0)).map((key) => [
          keyHex(key),
          hexOrNull(state.get(key)),
        ])
      },
    },
  }
}

/** Runtime calls, the metadata and the runtime's version. */
function runtimeMethods(chain: Chain): Methods {
  const call: Method = {
    run: (params) =>
      toHex(
        chain.call(
          blockAt(chain, params, 2),
          params.string(0, 'method', 128),
          params.bytes(1, 'data'),
        ),
      ),
  }
  const version: Method = {
    run(params) {
      requireHeader(chain, blockAt(chain, params, 0))
      return versionJson(chain.host.version)
    },
  }
  // The runtime is part of the node, which restarts to change it.
  const versions = (group: 'state' | 'chain'): Methods =>
    subscription(
      {
        subscribe: `${group}_subscribeRuntimeVersion`,
        unsubscribe: `${group}_unsubscribeRuntimeVersion`,
        notification: 'state_runtimeVersion',
      },
      (sub) => sub.push(versionJson(chain.host.version)),
    )
  return {
    state_call: call,
    state_callAt: call,
    state_getMetadata: {
      run(params) {
        const opaque = chain.call(blockAt(chain, params, 0), 'Metadata_metadata', new Uint8Array())
        return toHex(decode(bytes, opaque))
      },
    },
    state_getRuntimeVersion: version,
    chain_getRuntimeVersion: version,
    ...versions('state'),
    ...versions('chain'),
  }
}

/** State, its keys and proofs, runtime calls and their streams. */
export function stateMethods({ chain }: RpcServices): Methods {
  const view = (params: Params, index: number): StateView =>
    chain.stateAt(blockAt(chain, params, index))
  const watch = createStorageWatch(chain)
  return {
    ...readMethods(view),
    ...runtimeMethods(chain),
    state_queryStorageAt: {
      run(params) {
        const block = blockAt(chain, params, 1)
        const state = chain.stateAt(block)
        const keys = keysAt(params, 0, ALL_KEYS)
        return [{ block, changes: keys.map((key) => [keyHex(key), hexOrNull(state.get(key))]) }]
      },
    },
    state_queryStorage: {
      unsafe: true,
      run: (params) =>
        queryRange(
          chain,
          keysAt(params, 0, ALL_KEYS),
          params.hash(1, 'first block'),
          blockAt(chain, params, 2),
        ),
    },
    state_getReadProof: {
      run(params) {
        const at = blockAt(chain, params, 1)
        const proof = chain.stateAt(at).proof(keysAt(params, 0, PAGE))
        return { at, proof: proof.map(toHex) }
      },
    },
    ...subscription(
      {
        subscribe: 'state_subscribeStorage',
        unsubscribe: 'state_unsubscribeStorage',
        notification: 'state_storage',
      },
      (sub, params) => {
        if (!params.has(0))
          throw invalidParams('name the storage keys to watch: all of them would be too many')
        watch.add(sub, keysAt(params, 0, SUBSCRIBED_KEYS))
      },
    ),
  }
}

/** Hashes from `from` to `to`, both included. @throws RpcError 4001 */
function rangeOf(chain: Chain, from: Hash, to: Hash): Hash[] {
  const path: Hash[] = [to]
  for (let hash = to; hash !== from; path.push(hash)) {
    const header = requireHeader(chain, hash)
    if (header.number === 0 || path.length > RANGE)
      throw new RpcError(
        4001,
        `Cannot resolve a block range ['${from}' ... '${to}']. The second must descend from the first, ${RANGE} blocks later at most.`,
      )
    hash = header.parentHash
  }
  return path.reverse()
}

/** Values at the first block, then what changes, block by block. */
function queryRange(chain: Chain, keys: readonly StateKey[], from: Hash, to: Hash) {
  const held = new Map<StateKey, string | null>()
  return rangeOf(chain, from, to).flatMap((block) => {
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
