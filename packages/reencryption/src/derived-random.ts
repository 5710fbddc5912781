import { concat, u32le } from '@cess/bytes'
import { hkdfSha256 } from '@cess/crypto'
import type { Random } from '@cess/ports'

const BLOCK = 64

/**
 * Bytes that follow from a secret and a context, and look random to everybody else: an owner makes the same grant again
 * from its key alone, with one more fragment when a proxy has to be replaced. A context must stand for one grant.
 */
export function derivedRandom(secret: Uint8Array, context: Uint8Array): Random {
  let counter = 0
  let held = new Uint8Array()
  return {
    bytes(length) {
      const parts = [held]
      let ready = held.length
      for (; ready < length; ready += BLOCK) {
        const salt = concat(context, u32le(counter++))
        parts.push(hkdfSha256(secret, salt, 'cess/reencryption/grant/1', BLOCK) as typeof held)
      }
      const all = concat(...parts)
      held = all.slice(length)
      return all.slice(0, length)
    },
  }
}
