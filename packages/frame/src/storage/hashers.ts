import { concat } from '@cess/bytes'
import { blake2b128, blake2b256, twox64, twox128, twox256 } from '@cess/crypto'
import type { AnyCodec, Codec, Hasher as HasherName } from '@cess/scale'

interface Hasher {
  readonly hash: (encoded: Uint8Array) => Uint8Array
  /** Bytes before the readable key, or undefined when the key can't be read back. */
  readonly skip: number | undefined
}

/** How a map key becomes part of a storage key. The `Concat` kinds keep the key readable, so that maps can be listed. */
export const hashers: Readonly<Record<HasherName, Hasher>> = {
  Blake2_128: { hash: blake2b128, skip: undefined },
  Blake2_256: { hash: blake2b256, skip: undefined },
  Blake2_128Concat: { hash: (d) => concat(blake2b128(d), d), skip: 16 },
  Twox128: { hash: twox128, skip: undefined },
  Twox256: { hash: twox256, skip: undefined },
  Twox64Concat: { hash: (d) => concat(twox64(d), d), skip: 8 },
  Identity: { hash: (d) => d, skip: 0 },
}

/** One key of a map: its codec and hasher. */
export interface KeyDef<K> {
  readonly codec: Codec<K>
  readonly hasher: HasherName
}
export type AnyKey = KeyDef<AnyCodec extends Codec<infer T> ? T : never>

/** Keys that users choose: nobody can grind them into one trie branch. */
export const blake2 = <K>(codec: Codec<K>): KeyDef<K> => ({ codec, hasher: 'Blake2_128Concat' })
/** Keys that the runtime chooses (block numbers, indices): cheaper. */
export const twox = <K>(codec: Codec<K>): KeyDef<K> => ({ codec, hasher: 'Twox64Concat' })
/** Keys that are uniformly random hashes already. */
export const identity = <K>(codec: Codec<K>): KeyDef<K> => ({ codec, hasher: 'Identity' })
