import { concat, u32le, utf8 } from '@cess/bytes'
import { blake2b256 } from '@cess/crypto'
import type { Random } from '@cess/ports'
import { type Capsule, encapsulate } from './capsule.ts'
import type { Share } from './share.ts'

/** What a grant of one file on one chain is. */
export interface GrantTerms {
  /** Genesis hash of the chain. */
  readonly genesis: Uint8Array
  /** Number of the grant on the chain. */
  readonly grant: number
  /** File id as its 32 bytes. */
  readonly file: Uint8Array
  /** How often the owner has re-keyed the file. */
  readonly epoch: number
  readonly threshold: number
}

/** Context of a delegation: BLAKE2b-256 of the terms. The chain works it out by itself. */
export const contextOf = ({ genesis, grant, file, epoch, threshold }: GrantTerms): Uint8Array =>
  blake2b256(
    concat(
      utf8('cess/reencryption/context/1'),
      genesis,
      u32le(grant),
      file,
      u32le(epoch),
      u32le(threshold),
    ),
  )

/** What a proxy signs with its account's key for every share: with it a wrong or late share can be shown to the chain. */
export const answerMessage = (
  context: Uint8Array,
  block: number,
  { e, v, s }: Capsule,
  { id, point, challenge, response }: Share,
): Uint8Array =>
  blake2b256(
    concat(
      utf8('cess/reencryption/answer/1'),
      context,
      u32le(block),
      ...[e, v, s, id, point, challenge, response],
    ),
  )

/**
 * A capsule that anybody can work out from a seed: for audits of proxies. Knowing its secrets does not help to answer
 * without the key fragment. @throws ReencryptionError BAD_POINT
 */
export function auditCapsule(delegator: Uint8Array, seed: Uint8Array): Capsule {
  let counter = 0
  const random: Random = {
    bytes(length) {
      const parts = []
      for (let at = 0; at < length; at += 32)
        parts.push(blake2b256(concat(utf8('cess/reencryption/audit/1'), seed, u32le(counter++))))
      return concat(...parts).subarray(0, length)
    },
  }
  return encapsulate(delegator, random).capsule
}
