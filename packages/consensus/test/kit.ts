import type { Hash } from '@cess/bytes'
import { blake2b256, type Sr25519Pair, sr25519FromSeed } from '@cess/crypto'
import {
  type AllowedSlots,
  BABE_ENGINE,
  type BabeEpoch,
  type BabePreDigest,
  babeEpoch,
  babePreDigest,
  type Header,
  header as headerCodec,
  headerHash,
} from '@cess/primitives'
import { encode } from '@cess/scale'

export const keys: Sr25519Pair[] = [1, 2, 3].map((n) => sr25519FromSeed(new Uint8Array(32).fill(n)))

export const epochOf = (c: [bigint, bigint], allowedSlots: AllowedSlots): BabeEpoch => ({
  epochIndex: 4n,
  startSlot: 100n,
  duration: 10n,
  authorities: keys.map((key) => [key.publicKey, 1n] as [Uint8Array, bigint]),
  randomness: new Uint8Array(32).fill(9),
  config: { c, allowedSlots },
})

export const plainHeader = (number: number, parentHash: Hash, claim?: BabePreDigest): Header => ({
  parentHash,
  number,
  stateRoot: `0x${'11'.repeat(32)}` as Hash,
  extrinsicsRoot: `0x${'22'.repeat(32)}` as Hash,
  digest: {
    logs: claim ? [{ type: 'PreRuntime', value: [BABE_ENGINE, encode(babePreDigest, claim)] }] : [],
  },
})

export function seal(header: Header, pair: Sr25519Pair): Header {
  const signature = pair.sign(blake2b256(encode(headerCodec, header)))
  return {
    ...header,
    digest: { logs: [...header.digest.logs, { type: 'Seal', value: [BABE_ENGINE, signature] }] },
  }
}

/** A chain of one parent with a fixed epoch and the next. */
export function stubChain(parent: Header, current: BabeEpoch) {
  const next = {
    ...current,
    epochIndex: current.epochIndex + 1n,
    startSlot: current.startSlot + current.duration,
    randomness: new Uint8Array(32).fill(5),
  }
  return {
    parentHash: headerHash(parent),
    header: (hash: Hash) => (hash === headerHash(parent) ? parent : undefined),
    call: (_at: Hash, entry: string) =>
      encode(babeEpoch, entry === 'BabeApi_current_epoch' ? current : next),
  }
}
