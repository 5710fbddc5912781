// What tagging, proving and verifying cost, one thread. `node bench/podr2.bench.ts` prints one JSON line a measure.
// Peer: the same scheme on @noble/curves and bigint, interleaved. Medians; a ratio says how many times faster we are.
import { randomFillSync } from 'node:crypto'
import { concat, u32le } from '@cess/bytes'
import { blake3 } from '@cess/crypto'
import {
  type Answer,
  checkTags,
  createTagger,
  createTagPool,
  initPodr2,
  prove,
  ROW_BYTES,
  TAG_BYTES,
  verify,
  verifyBatch,
} from '@cess/podr2'
import { pippenger } from '@noble/curves/abstract/curve.js'
import { bls12_381 } from '@noble/curves/bls12-381.js'
import { decodeG1, decodeG2, pairsToOne } from '../src/curve.ts'

await initPodr2()
const ROUNDS = 5
const { Fr } = bls12_381.fields
const random = (length: number): Uint8Array => randomFillSync(new Uint8Array(length))

type Run = () => unknown
interface Peer {
  readonly peer: string
  readonly run: Run
  /** The part of our work that the peer does in one run; 1 without it. */
  readonly share?: number
}

async function time(run: Run): Promise<number> {
  const started = performance.now()
  await run()
  return performance.now() - started
}
const median = (all: number[]): number => all.sort((a, b) => a - b)[all.length >> 1]!
const round = (n: number): number => Number(n.toPrecision(3))

/** Milliseconds of a run, or the megabytes a second that they mean. */
async function measure(name: string, run: Run, peer?: Peer, bytes?: number): Promise<void> {
  const ours: number[] = []
  const theirs: number[] = []
  for (let i = 0; i <= ROUNDS; i++) {
    const own = await time(run)
    const other = peer ? (await time(peer.run)) / (peer.share ?? 1) : 0
    if (i === 0) continue // warms up
    ours.push(own)
    theirs.push(other)
  }
  const [ms, peerMs] = [median(ours), median(theirs)]
  const shown = (time: number): number => round(bytes ? bytes / 1000 / time : time)
  const compared = peer && { peer: peer.peer, peerValue: shown(peerMs), ratio: round(peerMs / ms) }
  console.log(JSON.stringify({ name, value: shown(ms), unit: bytes ? 'MB/s' : 'ms', ...compared }))
}

const tagger = createTagger(random(32))
const { verifier, parameters } = tagger
const fragment = random(8 << 20)
const fragmentId = blake3(fragment)
const tags = tagger.tag(fragmentId, fragment)

const scalar = Fr.create(BigInt(`0x${random(32).toHex()}`))
const { G1, G2 } = bls12_381
const nobleRow = (): unknown => {
  let sum = 0n
  for (let at = 0; at < ROW_BYTES; at += 31)
    sum = Fr.add(sum, Fr.mul(scalar, BigInt(`0x${fragment.subarray(at, at + 31).toHex()}`)))
  const hashed = G1.hashToCurve(fragmentId, { DST: 'bench' })
  return hashed
    .multiply(scalar)
    .add(G1.Point.BASE.multiply(Fr.mul(sum, scalar)))
    .toBytes()
}
const noble = '@noble/curves'
const tagOne: Run = () => tagger.tag(fragmentId, fragment)
await measure(
  'podr2-tag-1-thread',
  tagOne,
  { peer: noble, run: nobleRow, share: ROW_BYTES / fragment.length },
  fragment.length,
)

const pool = createTagPool({ secretSeed: random(32), threads: 2 })
const tagTwo: Run = () =>
  Promise.all([pool.tag(fragmentId, fragment), pool.tag(fragmentId, fragment)])
await measure('podr2-tag-pool-2-threads', tagTwo, undefined, 2 * fragment.length)
await pool.close()

await measure(
  'podr2-check-tags-8-MiB',
  () =>
    checkTags({
      verifier,
      parameters,
      fragments: [{ fragmentId, fragment, tags }],
      entropy: random(32),
    }),
  undefined,
  fragment.length,
)

const rows = Array.from({ length: 100 }, (_, row) => ({
  fragmentId,
  row,
  data: fragment.subarray(row * ROW_BYTES, (row + 1) * ROW_BYTES),
  tag: tags.subarray(row * TAG_BYTES, (row + 1) * TAG_BYTES),
}))
const answer = (): Answer => {
  const challenge = { verifier, seed: random(32), tagger: 0, rows }
  return { ...challenge, proof: prove({ ...challenge, parameters }) }
}
await measure('podr2-prove-100-rows', answer)

const one = answer()
const verifyOne: Run = () => {
  if (!verify(one.verifier, one.seed, one.tagger, one.rows, one.proof)) throw new Error('refused')
}
const pairs = [1n, 2n, 3n].map((n) => ({
  g1: G1.Point.BASE.multiply(n),
  g2: G2.Point.BASE.multiply(n),
}))
const nobleVerify = (): unknown => {
  const points = rows.map(({ row }) =>
    G1.hashToCurve(concat(fragmentId, u32le(row)), { DST: 'bench' }),
  )
  const weights = rows.map(() => BigInt(`0x${random(16).toHex()}`))
  const sum = pippenger(G1.Point, points, weights)
  const inner = sum.add(G1.Point.BASE.multiply(scalar)).add(pairs[1]!.g1.multiply(scalar))
  return bls12_381.pairingBatch([pairs[0]!, { g1: inner, g2: pairs[1]!.g2 }, pairs[2]!])
}
await measure('podr2-verify-100-rows', verifyOne, { peer: noble, run: nobleVerify })
const ownPairs = pairs.map(
  ({ g1, g2 }) => [decodeG1(g1.toBytes())!, decodeG2(g2.toBytes())!] as const,
)
await measure('bls12-381-product-of-3-pairings', () => pairsToOne(ownPairs), {
  peer: noble,
  run: () => bls12_381.pairingBatch(pairs),
})

const ten = Array.from({ length: 10 }, answer)
const verifyTen: Run = () => {
  if (verifyBatch(ten).includes(false)) throw new Error('refused')
}
await measure('podr2-verify-batch-10x100-rows', verifyTen, {
  peer: '10 single verifications',
  run: () =>
    ten.every(({ seed, tagger: number, rows: of, proof }) =>
      verify(verifier, seed, number, of, proof),
    ),
})

const short = ten.map((a) => {
  const challenge = { ...a, rows: rows.slice(0, 5) }
  return { ...challenge, proof: prove({ ...challenge, parameters }) }
})
await measure('podr2-verify-batch-10x5-rows', () => verifyBatch(short), {
  peer: '10 single verifications',
  run: () =>
    short.every(({ seed, tagger: number, rows: of, proof }) =>
      verify(verifier, seed, number, of, proof),
    ),
})
