import { fromHex, type Hash } from '@cess/bytes'
import { type Query, queryOf, type StateReader, stateKey, stateKeyBytes } from '@cess/frame'
import type { StateKey } from '@cess/primitives'
import type { CessPallets } from '@cess/runtime'
import type { RpcClient } from '../rpc/socket.ts'
import { runtime } from './definitions.ts'

const keyHex = (key: StateKey): string => `0x${stateKeyBytes(key).toHex()}`
const decodeValue = (hex: unknown): Uint8Array | undefined =>
  typeof hex === 'string' ? fromHex(hex) : undefined

function stateReader(rpc: RpcClient, at: Hash): StateReader {
  return {
    get: async (key) => decodeValue(await rpc.request('state_getStorage', [keyHex(key), at])),
    async keys(prefix, limit, after) {
      const start = after === undefined ? null : keyHex(after)
      const found = await rpc.request('state_getKeysPaged', [keyHex(prefix), limit, start, at])
      return (found as string[]).map((key) => stateKey(fromHex(key)))
    },
    async getMany(keys) {
      if (keys.length === 0) return []
      const sets = await rpc.request('state_queryStorageAt', [keys.map(keyHex), at])
      const values = new Map((sets as { changes: [string, unknown][] }[])[0]?.changes)
      return keys.map((key) => decodeValue(values.get(keyHex(key))))
    },
  }
}

/** The chain's storage as it was after one block, typed: `await view.query.FileBank.File(id)`. */
export interface ChainView {
  readonly hash: Hash
  readonly query: Query<CessPallets>
}

export const viewAt = (rpc: RpcClient, hash: Hash): ChainView => ({
  hash,
  query: queryOf(runtime.pallets, stateReader(rpc, hash)),
})
