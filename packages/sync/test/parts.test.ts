import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Hash, toHex, u32le } from '@cess/bytes'
import type { Header } from '@cess/primitives'
import fc from 'fast-check'
import { createBulk, RANGE } from '../src/bulk.ts'
import { knownSet } from '../src/known.ts'
import { advanceSearch, beginSearch } from '../src/peers.ts'
import type { Fetched } from '../src/wire.ts'

test('the search finds the last common block, in a few steps', () => {
  fc.assert(
    fc.property(fc.nat(5_000), fc.nat(5_000), fc.nat(5_000), (floor, common, above) => {
      const top = floor + common + above
      const search = beginSearch(top, floor)
      const last = floor + common
      for (let steps = 0; ; steps++) {
        assert.ok(steps < 40)
        const block = { hash: '0x' as Hash, number: search.at }
        const found = advanceSearch(search, block, search.at <= last)
        if (found === undefined) continue
        assert.ok(found !== 'none')
        assert.equal(found.number, last)
        return
      }
    }),
  )
})

test('a chain without our last final block is told apart', () => {
  const search = beginSearch(300, 200)
  let result: ReturnType<typeof advanceSearch>
  do result = advanceSearch(search, { hash: '0x' as Hash, number: search.at }, false)
  while (result === undefined)
  assert.equal(result, 'none')
  assert.equal(search.at, 200)
})

const hashOf = (number: number): Hash =>
  toHex(new Uint8Array(32).fill(1).with(0, 0)).replace(/.{8}$/, u32le(number).toHex()) as Hash
const blocks = (start: number, count: number, from: string): Fetched[] =>
  Array.from({ length: count }, (_, i) => {
    const number = start + i
    const header = { number, parentHash: hashOf(number - 1) } as Header
    return { hash: hashOf(number), header, body: [], from }
  })

test('ranges come together in order, whoever answers, fails or answers in part', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2_000 }),
      fc.array(fc.nat(11), { maxLength: 400 }),
      (target, moves) => {
        const bulk = createBulk('p0', { hash: hashOf(0), number: 0 })
        const asked = new Map<string, { start: number; count: number }>()
        let taken = 0
        const take = (): void => {
          for (let next = bulk.take(); next; next = bulk.take()) {
            assert.ok(!('misfit' in next))
            assert.equal(next[0]!.header.number, taken + 1)
            taken += next.length
            bulk.imported()
          }
        }
        const move = (m: number): void => {
          const peer = `p${m % 3}`
          const range = asked.get(peer)
          if (!range) {
            const next = bulk.next(peer, target, target, 0)
            if (next) asked.set(peer, next)
            return
          }
          asked.delete(peer)
          if (m < 3) return bulk.failed(peer)
          const count = m < 6 ? Math.ceil(range.count / 2) : range.count
          bulk.arrived(range.start, blocks(range.start, count, peer))
          take()
        }
        for (const m of moves) move(m)
        for (let i = 0; taken < target; i++) {
          assert.ok(i < 10_000)
          move(6 + (i % 6))
        }
        assert.equal(taken, target)
        assert.ok(bulk.isIdle())
      },
    ),
  )
})

test('a range that hangs is asked of a second peer', () => {
  const bulk = createBulk('a', { hash: hashOf(0), number: 0 })
  assert.deepEqual(bulk.next('a', 200, 200, 0), { start: 1, count: RANGE })
  assert.equal(bulk.next('b', 200, 200, 4_999)?.start, 1 + RANGE)
  assert.equal(bulk.next('c', 200, 200, 5_000)?.start, 1)
  bulk.arrived(1, blocks(1, RANGE, 'c'))
  bulk.arrived(1, blocks(1, RANGE, 'a'))
  assert.equal((bulk.take() as Fetched[])[0]!.from, 'c')
  assert.equal(bulk.take(), undefined)
})

test('a known set forgets its oldest', () => {
  const set = knownSet<number>(3)
  assert.deepEqual([1, 2, 3, 1, 4].map(set.add), [true, true, true, false, true])
  assert.deepEqual([1, 2, 3, 4].map(set.has), [true, false, true, true])
})
