import { toHex } from '@cess/bytes'
import { blake2b256 } from '@cess/crypto'
import type { StateKey } from '@cess/primitives'
import type { TrieView } from '@cess/state'
import { CHILD_PREFIX } from '@cess/trie'
import { clientError } from '../errors.ts'
import type { Method, Methods } from '../method.ts'
import type { Params } from '../params.ts'
import type { RpcServices } from '../services.ts'
import { blockAt } from './blocks.ts'
import { keyAt, keyHex, keysAt } from './keys.ts'
import { allKeys, hexOrNull, PAGE, pageOf } from './state-reads.ts'

/** The name in a prefixed child storage key. @throws RpcError 4003 */
function childName(params: Params): StateKey {
  const key = keyAt(params, 0)
  if (!key.startsWith(CHILD_PREFIX)) throw clientError('Invalid child storage key')
  return key.slice(CHILD_PREFIX.length) as StateKey
}

/** Child tries. Their methods name the child first. */
export function childStateMethods({ chain }: RpcServices): Methods {
  const child = (params: Params, block: number): TrieView =>
    chain.stateAt(blockAt(chain, params, block)).child(childName(params))
  const paged: Method = {
    run: (params) => pageOf(child(params, 4), params, 1),
  }
  return {
    childstate_getKeys: {
      unsafe: true,
      run: (params) => allKeys(child(params, 2), keyAt(params, 1)).map(keyHex),
    },
    childstate_getKeysPaged: paged,
    childstate_getKeysPagedAt: paged,
    childstate_getStorage: {
      run: (params) => hexOrNull(child(params, 2).get(keyAt(params, 1))),
    },
    childstate_getStorageEntries: {
      run(params) {
        const trie = child(params, 2)
        return keysAt(params, 1, PAGE).map((key) => hexOrNull(trie.get(key)))
      },
    },
    childstate_getStorageHash: {
      run(params) {
        const value = child(params, 2).get(keyAt(params, 1))
        return value ? toHex(blake2b256(value)) : null
      },
    },
    childstate_getStorageSize: {
      run: (params) => child(params, 2).get(keyAt(params, 1))?.length ?? null,
    },
    state_getChildReadProof: {
      run(params) {
        const at = blockAt(chain, params, 2)
        const trie = chain.stateAt(at).child(childName(params))
        return { at, proof: trie.proof(keysAt(params, 1, PAGE)).map(toHex) }
      },
    },
  }
}
