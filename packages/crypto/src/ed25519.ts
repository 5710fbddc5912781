import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { concat } from '@cess/bytes'

const SPKI = Uint8Array.fromHex('302a300506032b6570032100')

/** Importing a key costs as much as a verification; voters and miners come again and again. */
const keyObjects = new Map<string, KeyObject>()
const MAX_KEY_OBJECTS = 4096

/** RFC 8032 verification by OpenSSL (cofactorless, canonical encodings only). */
export function ed25519Verify(
  signature: Uint8Array,
  message: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  if (signature.length !== 64 || publicKey.length !== 32) return false
  const name = publicKey.toHex()
  let key = keyObjects.get(name)
  if (!key) {
    try {
      key = createPublicKey({
        key: Buffer.from(concat(SPKI, publicKey)),
        format: 'der',
        type: 'spki',
      })
    } catch {
      return false
    }
    if (keyObjects.size >= MAX_KEY_OBJECTS) keyObjects.clear()
    keyObjects.set(name, key)
  }
  return verify(null, message, key, signature)
}
