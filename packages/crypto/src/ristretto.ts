import { simd } from './ristretto-wasm.ts'
import { instantiate, type Memory } from './wasm.ts'

interface Exports {
  readonly memory: Memory
  init(): void
  verify(): number
  combine(): number
  sum(): number
}

/** a·P + b·Q of ristretto255: points as 32 bytes, scalars from 0 to the order − 1. */
export interface Combination {
  readonly a: bigint
  readonly p: Uint8Array
  readonly b: bigint
  readonly q: Uint8Array
}
type Pair = Pick<Combination, 'p' | 'q'>

/** One equation R = s·B − k·A of ristretto255 (RFC 9496), with the base point B. */
export interface SchnorrEquation {
  /** A, encoded: 32 bytes. */
  readonly publicKey: Uint8Array
  /** R, encoded: 32 bytes. */
  readonly commitment: Uint8Array
  /** s, little-endian, below the order of the group: 32 bytes. */
  readonly response: Uint8Array
  /** k, below the order of the group. */
  readonly challenge: bigint
}

/** Equations that are worked out at once. One alone takes as long as four. */
export const LANES = 4
const LANE_BYTES = 128
const WORD = 0xffffffffffffffffn

function load() {
  const kernel = instantiate<Exports>(simd)
  if (!kernel) return undefined
  kernel.memory.grow(1)
  kernel.init()
  const bytes = new Uint8Array(kernel.memory.buffer, 0, LANES * LANE_BYTES)
  const words = new BigUint64Array(kernel.memory.buffer, 0, (LANES * LANE_BYTES) / 8)
  const putScalar = (at: number, value: bigint): void => {
    let rest = value
    for (let i = 0; i < 4; i++) {
      words[at / 8 + i] = rest & WORD
      rest >>= 64n
    }
  }
  const putPair = (at: number, { p, q }: Pair): void => {
    bytes.set(p, at)
    bytes.set(q, at + 32)
  }

  /** Runs jobs in fours; lanes that are left over do the first one's work again. */
  function inLanes<T, R>(
    jobs: readonly T[],
    put: (at: number, job: T) => void,
    run: () => number,
    result: (at: number, good: boolean) => R,
  ): R[] {
    const results: R[] = []
    for (let first = 0; first < jobs.length; first += LANES) {
      const some = jobs.slice(first, first + LANES)
      for (let lane = 0; lane < LANES; lane++) put(lane * LANE_BYTES, some[lane] ?? some[0]!)
      const good = run()
      for (let lane = 0; lane < some.length; lane++)
        results.push(result(lane * LANE_BYTES, ((good >> lane) & 1) === 1))
    }
    return results
  }
  const point = (at: number, good: boolean): Uint8Array | undefined =>
    good ? bytes.slice(at, at + 32) : undefined

  return {
    schnorrHolds: (equations: readonly SchnorrEquation[]): boolean[] =>
      inLanes(
        equations,
        (at, e) => {
          bytes.set(e.publicKey, at)
          bytes.set(e.commitment, at + 32)
          bytes.set(e.response, at + 64)
          putScalar(at + 96, e.challenge)
        },
        kernel.verify,
        (_, good) => good,
      ),
    combinePoints: (terms: readonly Combination[]): (Uint8Array | undefined)[] =>
      inLanes(
        terms,
        (at, term) => {
          putPair(at, term)
          putScalar(at + 64, term.a)
          putScalar(at + 96, term.b)
        },
        kernel.combine,
        point,
      ),
    addPoints: (pairs: readonly Pair[]): (Uint8Array | undefined)[] =>
      inLanes(pairs, putPair, kernel.sum, point),
  }
}

const kernel = load()

/**
 * Which of these equations hold; one with a public key that decodes to no point does not. Undefined on a machine
 * without SIMD. 47 µs each in fours: a quarter of what the Rust crate takes in WebAssembly without SIMD.
 */
export const schnorrHolds = kernel?.schnorrHolds

/**
 * a·P + b·Q of each, encoded (RFC 9496 §4.3); undefined where a point does not decode. Scalars may be secret: steps and
 * addresses do not depend on them. Points are public.
 */
export const combinePoints = kernel?.combinePoints

/** P + Q of each, for a tenth of what a multiplication costs. */
export const addPoints = kernel?.addPoints
