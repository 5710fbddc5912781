import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AccountId, type FileId, toHex } from '@cess/bytes'
import { blake3 } from '@cess/crypto'
import fc from 'fast-check'
import { drawChallenge } from '../src/audit/challenge.ts'
import { columnsOf, type Sample } from '../src/file-bank/columns.ts'
import { drawMiners, numbers } from '../src/file-bank/draw.ts'
import { add, append, locate, type Nodes, removeLast, total } from '../src/file-bank/fenwick.ts'
import { idOf, testChain } from './support/chain.ts'
import { seeded } from './support/storage.ts'

function nodes(): Nodes & { readonly held: Map<number, bigint> } {
  const held = new Map<number, bigint>()
  return {
    held,
    get: (node) => held.get(node) ?? 0n,
    put: (node, sum) => void held.set(node, sum),
    remove: (node) => void held.delete(node),
  }
}

test('the tree finds every offset where a plain list finds it, after any changes', () => {
  const change = fc.record({
    kind: fc.constantFrom('append', 'append', 'add', 'removeLast'),
    at: fc.nat(),
    weight: fc.bigInt(1n, 1n << 40n),
  })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 80 }), fc.bigInt(0n, 1n << 60n), (changes, point) => {
      const tree = nodes()
      const list: bigint[] = []
      for (const { kind, at, weight } of changes) {
        if (kind === 'append') {
          append(tree, list.length, weight)
          list.push(weight)
        } else if (kind === 'add' && list.length > 0) {
          const index = at % list.length
          add(tree, list.length, index, weight)
          list[index]! += weight
        } else if (kind === 'removeLast' && list.length > 0) {
          removeLast(tree, list.length)
          list.pop()
        }
      }
      const sum = list.reduce((s, w) => s + w, 0n)
      assert.equal(total(tree, list.length), sum)
      assert.equal(tree.held.size, list.length, 'one node for each element')
      if (sum === 0n) return
      let rest = point % sum
      const expected = list.findIndex((weight) => {
        if (rest < weight) return true
        rest -= weight
        return false
      })
      assert.deepEqual(locate(tree, list.length, point % sum), { index: expected, within: rest })
    }),
  )
})

test('every byte of a miner is drawn equally often, whatever was added and removed before', () => {
  const c = testChain()
  c.run(() => {
    const { columns } = c.api.fileBank
    const miner = idOf('a miner')
    const fileAt = (n: number) => toHex(blake3(Uint8Array.of(n))).slice(2) as FileId
    const put = (n: number, fragmentBytes: number, lastBytes: number, segments: number) =>
      columns.add(fileAt(n), n % 12, {
        miner,
        bytes: BigInt(fragmentBytes * (segments - 1) + lastBytes),
        ids: new Uint8Array(32 * segments).map((_, i) => n * 4 + Math.floor(i / 32)),
        fragmentBytes,
        lastBytes,
        tagger: undefined,
      })
    for (let n = 0; n < 30; n++) put(n, 16, 8, 1 + (n % 4))
    for (let n = 0; n < 30; n += 3) columns.remove(fileAt(n), n % 12)
    for (let n = 30; n < 40; n++) put(n, 16, 4, 3)
    const bytes = Number(columns.bytesOf(miner))
    // Every offset once: each byte of each fragment exactly once.
    const sizes = new Map<number, number>()
    const sample = columns.sampler(miner)
    for (let offset = 0; offset < bytes; offset++) {
      const { fragment, offset: at, fragmentBytes } = sample(BigInt(offset))
      assert.ok(at < fragmentBytes)
      sizes.set(fragment[0]!, (sizes.get(fragment[0]!) ?? 0) + 1)
    }
    assert.ok([...sizes.values()].every((size) => size === 16 || size === 8 || size === 4))
    assert.equal(sizes.size, 48 + 30, 'fragments of the columns that are left')
    const drawn = new Map<number, number>()
    const next = numbers(seeded(1))
    for (let i = 0; i < 20_000; i++) {
      const offset = Number(next(BigInt(bytes)))
      drawn.set(offset, (drawn.get(offset) ?? 0) + 1)
    }
    const expected = 20_000 / bytes
    let chi = 0
    for (let offset = 0; offset < bytes; offset++)
      chi += ((drawn.get(offset) ?? 0) - expected) ** 2 / expected
    // Five standard deviations of a χ² with this many degrees of freedom.
    assert.ok(Math.abs(chi - bytes) < 5 * Math.sqrt(2 * bytes), `χ² ${chi} for ${bytes}`)
  })
})

/** Storage of columns in plain maps: what `columnsOf` does to them is compared with a list. */
function columnMaps() {
  const map = (fallback?: unknown) => {
    const held = new Map<string, unknown>()
    const key = (keys: readonly unknown[]) => JSON.stringify(keys)
    return {
      held,
      get: (...keys: unknown[]) => held.get(key(keys)) ?? fallback,
      put: (...args: unknown[]) => held.set(key(args.slice(0, -1)), args.at(-1)),
      remove: (...keys: unknown[]) => held.delete(key(keys)),
      take(...keys: unknown[]) {
        const was = held.get(key(keys)) ?? fallback
        held.delete(key(keys))
        return was
      },
    }
  }
  const maps = {
    Column: map(),
    MinerColumn: map(),
    ColumnCount: map(0),
    ColumnWeights: map(0n),
  }
  return { maps, columns: columnsOf(maps as never) }
}

test('columns of several miners do not get mixed up, and nothing is left of those removed', () => {
  const change = fc.record({
    remove: fc.boolean(),
    miner: fc.constantFrom('0x01', '0x02', '0x03'),
    n: fc.nat({ max: 15 }),
    bytes: fc.bigInt(1n, 1n << 35n),
  })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 80 }), (changes) => {
      const { maps, columns } = columnMaps()
      const held = new Map<string, { miner: string; bytes: bigint }>()
      for (const { remove, miner, n, bytes } of changes) {
        const file = `file ${n}` as FileId
        if (remove) {
          const gone = columns.remove(file, 3)
          assert.equal(gone?.bytes, held.get(file)?.bytes)
          held.delete(file)
        } else if (!held.has(file)) {
          const rest = { ids: new Uint8Array(32), fragmentBytes: 1, lastBytes: 1 }
          columns.add(file, 3, { miner: miner as AccountId, bytes, ...rest, tagger: undefined })
          held.set(file, { miner, bytes })
        }
      }
      for (const miner of ['0x01', '0x02', '0x03'].map((m) => m as AccountId)) {
        const own = [...held.values()].filter((one) => one.miner === miner)
        assert.equal(
          columns.bytesOf(miner),
          own.reduce((sum, one) => sum + one.bytes, 0n),
        )
        assert.equal(columns.lastOf(miner) === undefined, own.length === 0)
      }
      for (const map of [maps.Column, maps.MinerColumn, maps.ColumnWeights])
        assert.equal(map.held.size, held.size)
    }),
  )
})

test('a sample lies in the fragment that it names', () => {
  const { columns } = columnMaps()
  const miner = '0x01' as AccountId
  const ids = new Uint8Array(96).map((_, i) => Math.floor(i / 32))
  const made = { miner, bytes: 25n, ids, fragmentBytes: 10, lastBytes: 5, tagger: 4 }
  columns.add('f' as FileId, 0, made)
  const at: (offset: bigint) => Sample = columns.sampler(miner)
  const brief = ({ fragment, offset, fragmentBytes }: Sample) => [
    fragment[0],
    offset,
    fragmentBytes,
  ]
  assert.deepEqual(
    [0n, 9n, 10n, 19n, 20n, 24n].map((o) => brief(at(o))),
    [
      [0, 0, 10],
      [0, 9, 10],
      [1, 0, 10],
      [1, 9, 10],
      [2, 0, 5],
      [2, 4, 5],
    ],
  )
  assert.equal(at(0n).tagger, 4)
})

test('draws give distinct miners that fit, as many as there are within reach', () => {
  const draw = fc.record({
    count: fc.integer({ min: 0, max: 300 }),
    wanted: fc.integer({ min: 1, max: 12 }),
    fitsEvery: fc.integer({ min: 1, max: 5 }),
    seed: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    excluded: fc.array(fc.nat({ max: 300 }), { maxLength: 20 }),
  })
  fc.assert(
    fc.property(draw, ({ count, wanted, fitsEvery, seed, excluded }) => {
      const name = (n: number) => `0x${n}` as AccountId
      const fits = (miner: AccountId) => Number(miner.slice(2)) % fitsEvery === 0
      const out = excluded.map(name)
      const candidates = { count: () => count, at: name, fits }
      const { miners, looked } = drawMiners(candidates, seed, wanted, out)
      assert.equal(new Set(miners).size, miners.length)
      assert.ok(miners.every((miner) => fits(miner) && !out.includes(miner)))
      assert.ok(looked <= 64 + 128)
      const able = Array.from({ length: count }, (_, n) => name(n)).filter(
        (miner) => fits(miner) && !out.includes(miner),
      )
      if (count <= 128) assert.equal(miners.length, Math.min(wanted, able.length))
      assert.deepEqual(drawMiners(candidates, seed, wanted, out).miners, miners)
    }),
  )
})

test('the cost of a draw has a bound even when nobody fits', () => {
  let asked = 0
  const candidates = {
    count: () => 200_000,
    at: (n: number) => `0x${n}` as AccountId,
    fits: () => {
      asked++
      return false
    },
  }
  assert.equal(drawMiners(candidates, seeded(2), 12).looked, 192)
  assert.ok(asked <= 192)
})

test('a challenge asks for no row twice, for rows of eight taggers at most, and for none without tags', () => {
  const taggers = fc.array(fc.option(fc.nat({ max: 30 }), { nil: undefined }), {
    minLength: 1,
    maxLength: 60,
  })
  fc.assert(
    fc.property(taggers, fc.uint8Array({ minLength: 32, maxLength: 32 }), (of, seed) => {
      const size = 200_000
      const fragmentAt = (n: number) => blake3(Uint8Array.of(n))
      const sample = (offset: bigint): Sample => {
        const n = Math.floor(Number(offset) / size)
        return {
          fragment: fragmentAt(n),
          fragmentBytes: size,
          offset: Number(offset) % size,
          tagger: of[n],
        }
      }
      const { rows, openings } = drawChallenge(seed, BigInt(of.length * size), sample)
      assert.equal(openings.length, 4)
      assert.ok(rows.length <= 100)
      assert.ok(new Set(rows.map((r) => r.tagger)).size <= 8)
      assert.equal(new Set(rows.map((r) => `${r.fragment.toHex()}/${r.row}`)).size, rows.length)
      const byId = new Map(of.map((tagger, n) => [fragmentAt(n).toHex(), tagger]))
      for (const { fragment, tagger, row } of rows) {
        assert.equal(byId.get(fragment.toHex()), tagger)
        assert.ok(row < Math.ceil(size / 63_488))
      }
      for (const { chunk } of openings) assert.ok(chunk < Math.ceil(size / 1024))
      if (of.every((tagger) => tagger === undefined)) assert.equal(rows.length, 0)
    }),
  )
})
