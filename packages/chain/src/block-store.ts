import { bigintFromLe, fromHex, type Hash, toHex, u64le } from '@cess/bytes'
import type { BatchOp, KeyValueStore } from '@cess/ports'
import { type Extrinsic, type Header, hash256, header as headerCodec } from '@cess/primitives'
import { bytes, decode, encode, vec } from '@cess/scale'
import { boundedMap } from './bounded.ts'
import * as key from './keys.ts'

const bodyCodec = vec(bytes)
const leavesCodec = vec(hash256)

/** Headers kept decoded. Walks over the unfinalized part and RPC read the same few again and again. */
const CACHED_HEADERS = 4096

export const put = (at: Uint8Array, value: Uint8Array): BatchOp => ({ type: 'put', key: at, value })
export const del = (at: Uint8Array): BatchOp => ({ type: 'del', key: at })

export interface Heads {
  readonly genesis: Hash
  readonly best: Hash
  readonly finalized: Hash
  readonly leaves: readonly Hash[]
}

/** Reads block records, and makes the writes that a batch puts together. */
export interface BlockStore {
  header(hash: Hash): Header | undefined
  body(hash: Hash): Extrinsic[] | undefined
  justification(hash: Hash): Uint8Array | undefined
  weight(hash: Hash): number | undefined
  hashAt(number: number): Hash | undefined
  /** Undefined in a new database. */
  heads(): Heads | undefined
  /** Everything about a block that is written once. */
  putBlock(hash: Hash, header: Header, body: readonly Extrinsic[], weight: number): BatchOp[]
  deleteBlock(hash: Hash): BatchOp[]
  /** Drops a deleted block from the cache. */
  forget(hash: Hash): void
}

export const putHeads = (heads: Partial<Heads>): BatchOp[] => [
  ...(heads.genesis ? [put(key.genesisKey, fromHex(heads.genesis))] : []),
  ...(heads.best ? [put(key.bestKey, fromHex(heads.best))] : []),
  ...(heads.finalized ? [put(key.finalizedKey, fromHex(heads.finalized))] : []),
  ...(heads.leaves ? [put(key.leavesKey, encode(leavesCodec, heads.leaves))] : []),
]

export const putNumber = (number: number, hash: Hash): BatchOp =>
  put(key.numberKey(number), fromHex(hash))
export const deleteNumber = (number: number): BatchOp => del(key.numberKey(number))

export function createBlockStore(store: KeyValueStore): BlockStore {
  const headers = boundedMap<Hash, Header>(CACHED_HEADERS)

  const hashIn = (at: Uint8Array): Hash | undefined => {
    const value = store.get(at)
    return value && (toHex(value) as Hash)
  }

  return {
    header(hash) {
      const cached = headers.get(hash)
      if (cached) return cached
      const stored = store.get(key.headerKey(hash))
      if (!stored) return undefined
      const value = decode(headerCodec, stored)
      headers.set(hash, value)
      return value
    },
    body(hash) {
      const stored = store.get(key.bodyKey(hash))
      return stored && [...decode(bodyCodec, stored)]
    },
    justification: (hash) => store.get(key.justificationKey(hash)),
    weight(hash) {
      const stored = store.get(key.weightKey(hash))
      return stored && Number(bigintFromLe(stored))
    },
    hashAt: (number) => hashIn(key.numberKey(number)),
    heads() {
      const genesis = hashIn(key.genesisKey)
      const best = hashIn(key.bestKey)
      const finalized = hashIn(key.finalizedKey)
      const leaves = store.get(key.leavesKey)
      if (!genesis || !best || !finalized || !leaves) return undefined
      return { genesis, best, finalized, leaves: decode(leavesCodec, leaves) }
    },
    putBlock: (hash, header, body, weight) => [
      put(key.headerKey(hash), encode(headerCodec, header)),
      put(key.bodyKey(hash), encode(bodyCodec, body)),
      put(key.weightKey(hash), u64le(BigInt(weight))),
    ],
    deleteBlock: (hash) => [
      del(key.headerKey(hash)),
      del(key.bodyKey(hash)),
      del(key.justificationKey(hash)),
      del(key.weightKey(hash)),
    ],
    forget: (hash) => headers.delete(hash),
  }
}
