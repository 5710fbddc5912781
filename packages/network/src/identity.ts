import { equal } from '@cess/bytes'
import { generateKeyPairFromSeed, publicKeyFromRaw } from '@libp2p/crypto/keys'
import type { PrivateKey } from '@libp2p/interface'
import { peerIdFromPrivateKey, peerIdFromPublicKey, peerIdFromString } from '@libp2p/peer-id'
import { NetworkError } from './errors.ts'

/** The libp2p key of a 32-byte Ed25519 seed. */
export const identityOf = (seed: Uint8Array): Promise<PrivateKey> =>
  generateKeyPairFromSeed('Ed25519', seed)

/** The peer id, as text (`12D3Koo…`), of a 32-byte Ed25519 seed. */
export const peerIdOf = async (seed: Uint8Array): Promise<string> =>
  peerIdFromPrivateKey(await identityOf(seed)).toString()

/** A peer id as the 38 bytes that a miner registers on chain. Throws for text that is none. */
export const peerIdBytes = (peer: string): Uint8Array => peerIdFromString(peer).toMultihash().bytes

/** An identity multihash over the protobuf of an Ed25519 public key (libp2p peer-ids spec). */
const ED25519_PREFIX = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20)

/** The text of the 38 bytes of a peer id. Throws for bytes that are none. */
export function peerIdText(bytes: Uint8Array): string {
  if (bytes.length !== 38 || !equal(bytes.subarray(0, 6), ED25519_PREFIX))
    throw new NetworkError('MALFORMED', 'not the 38 bytes of an Ed25519 peer id')
  return peerIdFromPublicKey(publicKeyFromRaw(bytes.subarray(6))).toString()
}
