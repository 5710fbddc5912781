import type { BlockLength, BlockWeights, Weight } from '@cess/frame'

const MICRO = 1_000_000n
/** Proof sizes are not limited: there is no relay chain to send them to. */
const PROOF = 2n ** 64n - 1n
const part = (weight: Weight, percent: bigint): Weight => ({
  refTime: (weight.refTime * percent) / 100n,
  proofSize: PROOF,
})
const BASE_EXTRINSIC: Weight = { refTime: 110n * MICRO, proofSize: 0n }

/** A block may compute for half of its slot; users' calls for three quarters of that. */
export function weightLimits(slotDuration: number): BlockWeights {
  const maxBlock: Weight = { refTime: BigInt(slotDuration) * 500n * MICRO, proofSize: PROOF }
  const normal = part(maxBlock, 75n)
  return {
    baseBlock: { refTime: 400n * MICRO, proofSize: 0n },
    maxBlock,
    perClass: {
      normal: {
        baseExtrinsic: BASE_EXTRINSIC,
        maxExtrinsic: part(maxBlock, 65n),
        maxTotal: normal,
        reserved: { refTime: 0n, proofSize: 0n },
      },
      operational: {
        baseExtrinsic: BASE_EXTRINSIC,
        maxExtrinsic: part(maxBlock, 90n),
        maxTotal: maxBlock,
        reserved: part(maxBlock, 25n),
      },
      mandatory: {
        baseExtrinsic: BASE_EXTRINSIC,
        maxExtrinsic: undefined,
        maxTotal: undefined,
        reserved: undefined,
      },
    },
  }
}

const MAX_BYTES = 5 * 1024 * 1024
export const LENGTH_LIMITS: BlockLength = {
  max: { normal: (MAX_BYTES / 4) * 3, operational: MAX_BYTES, mandatory: MAX_BYTES },
}
