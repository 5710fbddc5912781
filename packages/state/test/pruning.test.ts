import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromHex, type Hash } from '@cess/bytes'
import { MemoryStore } from '@cess/ports'
import type { StateKey } from '@cess/primitives'
import { verifyProof } from '@cess/trie'
import fc from 'fast-check'
import { createStateDb, type StateDb } from '../src/index.ts'
import { steps } from './support/arbitrary.ts'
import {
  addBlock,
  blockHash,
  GENESIS,
  key,
  openDb,
  reachableIds,
  storedIds,
} from './support/kit.ts'
import { allMain, copyModel, emptyModel, type Model, play } from './support/model.ts'

interface Block {
  readonly hash: Hash
  readonly number: number
  readonly parent: Hash
  readonly model: Model
}

/** A tree of blocks beside what their states must be. */
async function grove(pruning: number | 'archive') {
  const store = new MemoryStore()
  const state = {
    store,
    db: await openDb(store, pruning),
    blocks: new Map<Hash, Block>([
      [GENESIS, { hash: GENESIS, number: 0, parent: GENESIS, model: emptyModel() }],
    ]),
    /** Final blocks, oldest first. */
    line: [GENESIS],
    dead: new Set<Hash>(),
    serial: 0,
  }
  return {
    ...state,
    async restart() {
      this.db = createStateDb(store, { pruning, version: 1 })
    },
    async add(parent: Hash, script: Parameters<typeof play>[0]): Promise<Hash> {
      const from = this.blocks.get(parent)!
      const hash = blockHash(++this.serial)
      const block = { hash, number: from.number + 1, parent }
      let model = emptyModel()
      await addBlock(this.db, store, block, (overlay) => {
        model = play(script, copyModel(from.model), overlay, 1, assert.deepEqual)
      })
      this.blocks.set(hash, { ...block, model })
      return hash
    },
    ways(hash: Hash): Hash[] {
      const up: Hash[] = []
      for (let at = this.blocks.get(hash)!; at.number > 0; at = this.blocks.get(at.parent)!)
        up.push(at.hash)
      return [...up, GENESIS].reverse()
    },
    /** Finalizes up to `hash`, in one batch as the chain does. */
    async finalize(hash: Hash): Promise<void> {
      const way = this.ways(hash).slice(this.line.length)
      await store.batch(way.flatMap((block) => this.db.finalize(block)))
      this.line.push(...way)
      for (const block of this.blocks.values())
        if (!this.line.includes(block.hash) && !this.ways(block.hash).includes(hash))
          this.dead.add(block.hash)
    },
    kept(): Hash[] {
      const gone = pruning === 'archive' ? [] : this.line.slice(0, -Math.max(1, pruning))
      return [...this.blocks.keys()].filter((hash) => !this.dead.has(hash) && !gone.includes(hash))
    },
    async check(): Promise<void> {
      const kept = new Set(this.kept())
      for (const { hash, model } of this.blocks.values())
        if (kept.has(hash)) assert.deepEqual(contents(this.db, hash), expected(model))
        // That of block 0 can be made again: see its own test.
        else if (hash !== GENESIS)
          assert.throws(() => this.db.view(hash), { name: 'StateError', code: 'UNKNOWN_STATE' })
      const reachable = reachableIds(store, kept)
      assert.deepEqual(new Set(await storedIds(store)), reachable, 'nodes leak')
    },
  }
}

const contents = (db: StateDb, hash: Hash) => {
  const view = db.view(hash)
  const children = ['a', 'ab'].map((name) => [...view.child(key(name)).entries()])
  return [[...view.entries()], children]
}
const byKey = (entries: Iterable<readonly [StateKey, Uint8Array]>) =>
  [...entries].sort(([a], [b]) => (a < b ? -1 : 1))
const expected = (model: Model) => [
  byKey(allMain(model, 1)),
  ['a', 'ab'].map((name) => byKey(model.children.get(key(name)) ?? [])),
]

const put = (k: string, ...bytes: number[]) =>
  [{ do: 'put', key: key(k), value: Uint8Array.from(bytes) }] as const
const filled = (k: string, byte: number, length = 100) =>
  [{ do: 'put', key: key(k), value: new Uint8Array(length).fill(byte) }] as const

test('whatever is grown, finalized and restarted: kept states are whole, others gone, nothing leaks', async () => {
  const action = fc.oneof(
    { weight: 6, arbitrary: fc.record({ grow: fc.nat(), script: steps }) },
    { weight: 3, arbitrary: fc.record({ finalize: fc.nat() }) },
    { weight: 1, arbitrary: fc.constant('restart' as const) },
  )
  const pruning = fc.constantFrom(0, 1, 2, 3, 'archive' as const)
  await fc.assert(
    fc.asyncProperty(
      pruning,
      fc.array(action, { maxLength: 16, size: 'max' }),
      async (keep, actions) => {
        const g = await grove(keep)
        for (const one of actions) {
          const live = [...g.blocks.keys()].filter(
            (hash) => !g.dead.has(hash) && g.ways(hash).includes(g.line.at(-1)!),
          )
          if (one === 'restart') await g.restart()
          else if ('grow' in one) await g.add(live[one.grow % live.length]!, one.script)
          else await g.finalize(live[one.finalize % live.length]!)
          await g.check()
        }
        await g.restart()
        await g.check()
      },
    ),
    { numRuns: 150 },
  )
})

test('the same node written again after its removal survives pruning', async () => {
  const g = await grove(2)
  const a = await g.add(GENESIS, [...filled('x', 1), ...filled('y', 1)])
  const b = await g.add(a, [{ do: 'delete', key: key('x') }])
  const c = await g.add(b, filled('x', 1))
  const d = await g.add(c, put('z', 1))
  const e = await g.add(d, put('z', 2))
  await g.finalize(e)
  await g.check()
  assert.deepEqual(g.db.view(e).get(key('x')), new Uint8Array(100).fill(1))
})

test('forks that write the same are told apart when one of them dies', async () => {
  const g = await grove(1)
  const base = await g.add(GENESIS, filled('x', 1))
  const left = await g.add(base, filled('x', 2))
  const right = await g.add(base, filled('x', 2))
  assert.equal(g.db.view(left).root, g.db.view(right).root)
  const child = await g.add(right, put('y', 1))
  await g.finalize(right)
  await g.check()
  assert.deepEqual(g.db.view(child).get(key('x')), new Uint8Array(100).fill(2))
})

test('a block that changes nothing shares its state and does not lose it', async () => {
  const g = await grove(1)
  const a = await g.add(GENESIS, filled('x', 1))
  const b = await g.add(a, [])
  const c = await g.add(b, [])
  await g.finalize(c)
  await g.check()
})

test('long values are stored once, whatever happens around them', async () => {
  const g = await grove(1)
  const code = 1_000_000
  let at = await g.add(GENESIS, filled(':code', 1, code))
  const size = async (): Promise<number> => {
    let bytes = 0
    for await (const [, value] of g.store.iterate()) bytes += value.length
    return bytes
  }
  for (let i = 0; i < 5; i++) at = await g.add(at, [...put(`:c${i}`, i), ...put(`:code${i}`, i)])
  assert.ok((await size()) < code * 1.01)
  await g.finalize(at)
  await g.check()
  at = await g.add(at, filled(':code', 2, code))
  await g.finalize(at)
  assert.ok((await size()) < code * 1.01, 'the old code is gone')
  await g.check()
})

test('a killed child trie leaves nothing behind', async () => {
  const g = await grove(1)
  const names = Array.from({ length: 40 }, (_, i) => ({
    do: 'put' as const,
    key: key(`k${i}`),
    value: new Uint8Array(50).fill(i),
    child: key('a'),
  }))
  const a = await g.add(GENESIS, names)
  const b = await g.add(a, [{ do: 'kill', child: key('a') }])
  await g.finalize(b)
  await g.check()
  assert.deepEqual(await storedIds(g.store), [])
})

test('a view of a state says so when the state is pruned under it', async () => {
  const store = new MemoryStore()
  const entries = [[key('a'), new Uint8Array(600)]] as const
  await openDb(store, 1, 1, entries)
  // A cold start, so that no cache answers.
  const db = createStateDb(store, { pruning: 1, version: 1 })
  const view = db.view(GENESIS)
  const hash = blockHash(1)
  await addBlock(db, store, { hash, number: 1, parent: GENESIS }, (state) =>
    state.put(key('a'), new Uint8Array(601)),
  )
  await store.batch(db.finalize(hash))
  assert.throws(() => view.get(key('a')), { code: 'UNKNOWN_STATE', message: /pruned/ })
  assert.deepEqual(db.view(hash).get(key('a')), new Uint8Array(601))
})

test('blocks come in order, and only a child of the last final block becomes final', async () => {
  const g = await grove(1)
  const a = await g.add(GENESIS, put('x', 1))
  const b = await g.add(a, put('x', 2))
  assert.throws(() => g.db.finalize(b), { code: 'UNKNOWN_STATE' })
  assert.throws(() => g.db.finalize(blockHash(99)), { code: 'UNKNOWN_STATE' })
  const overlay = g.db.overlay(b)
  const changes = overlay.finish()
  assert.throws(() => g.db.insert(blockHash(50), 4, blockHash(49), changes), {
    code: 'UNKNOWN_STATE',
  })
  assert.throws(() => g.db.insert(blockHash(50), 2, a, changes), RangeError)
})

test('a database keeps its kind of pruning', async () => {
  const store = new MemoryStore()
  await openDb(store, 'archive')
  assert.throws(() => createStateDb(store, { pruning: 256, version: 1 }), {
    code: 'PRUNING_MISMATCH',
    message: /--state-pruning/,
  })
  const pruned = new MemoryStore()
  await openDb(pruned, 4)
  assert.throws(() => createStateDb(pruned, { pruning: 'archive', version: 1 }), {
    code: 'PRUNING_MISMATCH',
  })
})

test('keeping fewer or more states from now on is fine', async () => {
  const g = await grove(4)
  let at = GENESIS
  for (let i = 1; i <= 6; i++) at = await g.add(at, filled('x', i))
  await g.finalize(at)
  const fewer = createStateDb(g.store, { pruning: 2, version: 1 })
  const hash = blockHash(77)
  await addBlock(fewer, g.store, { hash, number: 7, parent: at }, (s) =>
    s.put(key('x'), Uint8Array.of(7)),
  )
  await g.store.batch(fewer.finalize(hash))
  const kept = [hash, at]
  assert.deepEqual(new Set(await storedIds(g.store)), reachableIds(g.store, kept))
  const more = createStateDb(g.store, { pruning: 100, version: 1 })
  assert.ok(more.view(at))
})

test('a damaged database is refused with advice', async () => {
  const g = await grove(2)
  await g.finalize(await g.add(GENESIS, put('x', 1)))
  for await (const [at] of g.store.iterate({ gte: Buffer.from('s/b/'), lt: Buffer.from('s/b0') }))
    await g.store.batch([{ type: 'del', key: at }])
  await assert.rejects(() => g.restart(), { code: 'CORRUPT_STATE', message: /sync again/ })
})

test('an old database gives the genesis root and writes nothing', async () => {
  const store = new MemoryStore()
  const entries = [[key('a'), Uint8Array.of(1)]] as const
  const first = createStateDb(store, { pruning: 1, version: 1 })
  const { root, ops } = first.genesis(entries, () => GENESIS)
  assert.ok(ops.length > 0)
  await store.batch(ops)
  const again = createStateDb(store, { pruning: 1, version: 1 }).genesis(entries, () => GENESIS)
  assert.deepEqual(again, { root, ops: [] })
  assert.throws(
    () => first.genesis([[key(':child_storage:default:x'), new Uint8Array(32)]], () => GENESIS),
    RangeError,
  )
})

test('the state of block 0 is read and proven after it was pruned, also after a restart', async () => {
  const store = new MemoryStore()
  const entries = Array.from(
    { length: 50 },
    (_, i) => [key(`first ${i}`), Uint8Array.of(i)] as const,
  )
  const db = await openDb(store, 2, 1, entries)
  const { root } = db.genesis(entries, () => GENESIS)
  let parent: Hash = GENESIS
  for (let number = 1; number <= 6; number++) {
    const hash = blockHash(number)
    await addBlock(db, store, { hash, number, parent }, (s) =>
      s.put(key('first 3'), Uint8Array.of(99)),
    )
    await store.batch(db.finalize(hash))
    parent = hash
  }
  const again = createStateDb(store, { pruning: 2, version: 1 })
  again.genesis(entries, () => GENESIS)
  for (const one of [db, again]) {
    assert.throws(() => one.view(blockHash(1)), { code: 'UNKNOWN_STATE' })
    const view = one.view(GENESIS)
    assert.equal(view.root, root)
    assert.deepEqual(view.get(key('first 3')), Uint8Array.of(3))
    const wanted = [key('first 7'), key('nothing')]
    const proven = verifyProof(fromHex(root), view.proof(wanted), wanted)
    assert.deepEqual([...proven.values()], [Uint8Array.of(7), undefined])
  }
})
