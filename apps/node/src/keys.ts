import { concat, equal } from '@cess/bytes'
import {
  createFileKeystore,
  type FileKeystore,
  type KeyPair,
  keyFromUri,
  type Sr25519Pair,
} from '@cess/crypto'
import { type Random, systemRandom } from '@cess/ports'
import type { NodeKeys } from '@cess/rpc'

/** The keys that a validator signs with, and what JSON-RPC may do with them. */
export interface ValidatorKeys {
  babe(): readonly Sr25519Pair[]
  grandpa(): readonly KeyPair[]
  readonly rpc: NodeKeys
}

const asSr25519 = (pair: KeyPair): Sr25519Pair[] =>
  pair.scheme === 'sr25519' ? [pair as Sr25519Pair] : []

/** Opens the keystore of a node, adding the keys of a development path if one is named. */
export async function openKeys(
  folder: string,
  devPath: string | undefined,
  random: Random = systemRandom,
): Promise<ValidatorKeys> {
  const store = await createFileKeystore(folder)
  const dev = devPath
    ? { babe: [keyFromUri(devPath, 'sr25519')], gran: [keyFromUri(devPath, 'ed25519')] }
    : { babe: [], gran: [] }
  return {
    babe: () => [...dev.babe, ...store.keys('babe').flatMap(asSr25519)],
    grandpa: () => [...dev.gran, ...store.keys('gran')],
    rpc: rpcKeys(store, random),
  }
}

function rpcKeys(store: FileKeystore, random: Random): NodeKeys {
  const fresh = (type: string) => store.insert(type, `0x${random.bytes(32).toHex()}`)
  return {
    async rotate() {
      // The order of the runtime's SessionKeys.
      const grandpa = await fresh('gran')
      const babe = await fresh('babe')
      return concat(grandpa.publicKey, babe.publicKey)
    },
    async insert(keyType, uri, publicKey) {
      const pair = await store.insert(keyType, uri)
      if (!equal(pair.publicKey, publicKey))
        throw new RangeError('the secret belongs to another public key than the one given')
    },
    has: (publicKey, keyType) => store.has(keyType, publicKey),
  }
}
