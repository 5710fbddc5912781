import { concat, toHex, utf8 } from '@cess/bytes'
import type { KeyValueStore } from '@cess/ports'
import { RpcError } from '../errors.ts'
import type { Methods } from '../method.ts'
import type { Params } from '../params.ts'

const UNAVAILABLE_KIND = 5001
const MAX_KEY = 1024

/** The key in the store, which begins as Substrate's offchain workers have it. */
function keyOf(params: Params): Uint8Array {
  if (params.string(0, 'storage kind') !== 'PERSISTENT')
    throw new RpcError(UNAVAILABLE_KIND, 'This storage kind is not available yet.')
  return concat(utf8('storage'), params.bytes(1, 'key', MAX_KEY))
}

/** Local storage of offchain workers. */
export const offchainMethods = (store: KeyValueStore): Methods => ({
  offchain_localStorageGet: {
    unsafe: true,
    run(params) {
      const value = store.get(keyOf(params))
      return value ? toHex(value) : null
    },
  },
  offchain_localStorageSet: {
    unsafe: true,
    async run(params) {
      await store.batch([{ type: 'put', key: keyOf(params), value: params.bytes(2, 'value') }])
      return null
    },
  },
  offchain_localStorageClear: {
    unsafe: true,
    async run(params) {
      await store.batch([{ type: 'del', key: keyOf(params) }])
      return null
    },
  },
})
