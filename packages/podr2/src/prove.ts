import { concat } from '@cess/bytes'
import {
  type Challenge,
  challengeRoot,
  coefficients,
  openingPoint,
  type RowRef,
} from './challenge.ts'
import { decodeG1, encodeG1, type G1, sumG1 } from './curve.ts'
import { Podr2Error } from './errors.ts'
import { MAX_ROWS, ROW_BYTES } from './layout.ts'
import { curveModule } from './mcl.ts'
import { parameterPoints } from './parameters.ts'
import { reduce, scalarToBytes } from './scalar.ts'
import { publicArithmetic } from './sectors.ts'

/** A challenged row with what the miner holds of it. */
export interface HeldRow extends RowRef {
  /** The bytes of the row, the last one of a fragment as short as it is. */
  readonly data: Uint8Array
  readonly tag: Uint8Array
}

export interface ProofInput extends Challenge {
  /** Prover parameters of the tagger, checked with `checkParameters` before. */
  readonly parameters: Uint8Array
  /** In the order of the challenge. */
  readonly rows: readonly HeldRow[]
}

/** f(z) and the coefficients of (f(X) − f(z)) / (X − z), by Horner's rule. */
function divide(f: readonly bigint[], z: bigint): { y: bigint; quotient: bigint[] } {
  const quotient = new Array<bigint>(f.length - 1)
  let carry = 0n
  for (let j = f.length - 1; j > 0; j--) {
    carry = reduce(carry * z + f[j]!)
    quotient[j - 1] = carry
  }
  return { y: reduce(carry * z + f[0]!), quotient }
}

function decodeTag({ tag, row }: HeldRow): G1 {
  const point = decodeG1(tag)
  if (!point)
    throw new Podr2Error(
      'BAD_TAG',
      `The stored tag of row ${row} is no point of the group, so it is damaged. Fetch the tags of this fragment again.`,
    )
  return point
}

/**
 * Answers a challenge: 128 bytes σ ‖ y ‖ ψ, whatever the number of rows. They are checked for form only:
 * `verify` tells whether data or tags were damaged, before the chain does.
 * @throws Podr2Error NOT_READY, BAD_PARAMETERS, BAD_TAG, BAD_ROW
 */
export function prove({ parameters, rows, ...challenge }: ProofInput): Uint8Array {
  curveModule()
  const root = challengeRoot({ ...challenge, rows })
  if (!root || rows.some(({ data }) => data.length === 0 || data.length > ROW_BYTES))
    throw new Podr2Error(
      'BAD_ROW',
      `A challenge has 1 to ${MAX_ROWS} rows of 1 to ${ROW_BYTES} bytes, a seed of 32 bytes and a registered verifier; this one does not.`,
    )
  const powers = parameterPoints(parameters)
  if (!powers)
    throw new Podr2Error(
      'BAD_PARAMETERS',
      "The tagger's parameters are not 2047 points of the group. Fetch them again and compare their hash with the chain's.",
    )
  const v = coefficients(root, rows.length)
  const sigma = encodeG1(sumG1(rows.map(decodeTag), v))
  const folded = publicArithmetic().combine(
    v,
    rows.map(({ data }) => data),
  )
  const { y, quotient } = divide(folded, openingPoint(root, sigma))
  // Rows of short fragments leave most sectors empty.
  const used = quotient.findLastIndex((c) => c !== 0n) + 1
  const psi = encodeG1(sumG1(powers.slice(0, used), quotient.slice(0, used)))
  return concat(sigma, scalarToBytes(y), psi)
}
