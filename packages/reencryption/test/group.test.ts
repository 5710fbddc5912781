import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom } from '@cess/ports'
import {
  arePoints,
  combinations,
  combineSlowly,
  GENERATOR,
  hashToScalar,
  ORDER,
  randomScalar,
  sums,
  times,
  U,
} from '../src/group.ts'
import { BAD_POINTS } from './support.ts'

const random = new SeededRandom(20)
const point = (): Uint8Array => combinations([times(randomScalar(random), GENERATOR)])[0]!

test('the kernel and noble agree, at the edges too', () => {
  const edges = [0n, 1n, 2n, ORDER - 1n, ORDER, ORDER + 5n, -1n, 8n, 1n << 252n]
  const terms = [
    ...edges.map((a, i) => ({ a, p: point(), b: edges.at(-1 - i)!, q: point() })),
    ...Array.from({ length: 20 }, () => ({
      a: randomScalar(random),
      p: point(),
      b: randomScalar(random),
      q: U,
    })),
  ]
  const slow = terms.map(({ a, p, b, q }) => {
    const inside = (n: bigint): bigint => ((n % ORDER) + ORDER) % ORDER
    return combineSlowly({ a: inside(a), p, b: inside(b), q })
  })
  assert.deepEqual(combinations(terms), slow)
})

test('points that are none, the identity among them, spoil their own result alone', () => {
  const good = point()
  for (const bad of BAD_POINTS) {
    const [x, y, z] = combinations([
      times(1n, bad),
      times(1n, good),
      { a: 1n, p: good, b: 0n, q: bad },
    ])
    assert.deepEqual([x, y, z], [undefined, good, undefined])
    assert.equal(arePoints(good, bad), false)
  }
  assert.ok(arePoints(good, GENERATOR, U))
  assert.equal(arePoints(good.slice(1)), false)
})

test('a sum that is the identity is none', () => {
  const p = point()
  const [minus] = combinations([times(-1n, p)])
  assert.deepEqual(
    sums([
      [p, minus!],
      [p, p],
    ]),
    [undefined, combinations([times(2n, p)])[0]],
  )
})

test('parts of a transcript cannot slide into each other', () => {
  const [a, b] = [Uint8Array.of(1, 2), Uint8Array.of(3)]
  assert.notEqual(hashToScalar('t', a, b), hashToScalar('t', Uint8Array.of(1), Uint8Array.of(2, 3)))
  assert.notEqual(hashToScalar('t', a, b), hashToScalar('u', a, b))
  assert.notEqual(hashToScalar('t', a), hashToScalar('t', a, new Uint8Array()))
})
