import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryStore } from '@cess/ports'
import type { StateKey } from '@cess/primitives'
import { EMPTY_ROOT, trieRoot } from '@cess/trie'
import fc from 'fast-check'
import { memoryState } from '../src/index.ts'
import { steps, versions } from './support/arbitrary.ts'
import { addBlock, blockHash, GENESIS, key, openDb } from './support/kit.ts'
import { allMain, copyModel, emptyModel, play } from './support/model.ts'

const one = Uint8Array.of(1)
const two = Uint8Array.of(2)

test('an overlay behaves like maps that are copied for each transaction', () => {
  fc.assert(
    fc.property(versions, steps, (version, script) => {
      const state = memoryState([], version)
      const model = play(script, emptyModel(), state, version, assert.deepEqual)
      const mains = [...model.main].sort(([a], [b]) => (a < b ? -1 : 1))
      assert.deepEqual(
        [...state.entries()].filter(([k]) => model.main.has(k)),
        mains,
      )
    }),
    { numRuns: 400 },
  )
})

test('so does one overlay after the other, each on what the last one stored', async () => {
  await fc.assert(
    fc.asyncProperty(versions, fc.array(steps, { maxLength: 5 }), async (version, scripts) => {
      const store = new MemoryStore()
      let db = await openDb(store, 'archive', version)
      let model = emptyModel()
      let parent = GENESIS
      for (const [i, script] of scripts.entries()) {
        const hash = blockHash(i + 1)
        await addBlock(db, store, { hash, number: i + 1, parent }, (state) => {
          model = play(script, copyModel(model), state, version, assert.deepEqual)
        })
        parent = hash
        // Odd blocks are read from a cold start.
        if (i % 2 === 1) db = await openDb(store, 'archive', version)
        const all = [...allMain(model, version)].sort(([a], [b]) => (a < b ? -1 : 1))
        assert.deepEqual([...db.view(hash).entries()], all)
        for (const [name, entries] of model.children) {
          const child = db.view(hash).child(name)
          assert.deepEqual(new Map(child.entries()), entries)
          assert.equal(child.root, `0x${trieRoot(entries, version).toHex()}`)
        }
      }
    }),
    { numRuns: 120 },
  )
})

test('transactions nest, and each rollback takes back its own', () => {
  const state = memoryState([[key('a'), one]])
  state.begin()
  state.put(key('a'), two)
  state.begin()
  state.delete(key('a'))
  state.put(key('b'), one)
  assert.equal(state.get(key('a')), undefined)
  state.rollback()
  assert.deepEqual(state.get(key('a')), two)
  assert.equal(state.get(key('b')), undefined)
  state.begin()
  state.put(key('c'), one)
  state.commit()
  state.rollback()
  assert.deepEqual(state.get(key('a')), one)
  assert.equal(state.get(key('c')), undefined)
  assert.throws(() => state.commit(), RangeError)
  assert.throws(() => state.rollback(), RangeError)
})

test('an overlay with an open transaction is not finished', () => {
  const state = memoryState()
  state.begin()
  assert.throws(() => state.finish(), RangeError)
})

test('appending grows a Vec, through every length of its prefix', () => {
  const state = memoryState()
  for (let i = 0; i < 16_385; i++) {
    state.append(key('events'), Uint8Array.of(i & 255))
    if (i === 62) assert.equal(state.get(key('events'))![0], 63 << 2)
    if (i === 63) assert.equal(state.get(key('events'))![0], 1)
  }
  const vec = state.get(key('events'))!
  assert.equal(vec.length, 4 + 16_385)
  assert.equal(new DataView(vec.buffer).getUint32(0, true) >>> 2, 16_385)
  assert.deepEqual(vec.subarray(4, 8), Uint8Array.of(0, 1, 2, 3))
})

test('what was appended is taken back with its transaction', () => {
  const state = memoryState([[key('v'), Uint8Array.of(4, 9)]])
  state.append(key('v'), one)
  state.begin()
  state.append(key('v'), two)
  assert.deepEqual(state.get(key('v')), Uint8Array.of(12, 9, 1, 2))
  state.rollback()
  assert.deepEqual(state.get(key('v')), Uint8Array.of(8, 9, 1))
  state.append(key('v'), Uint8Array.of(3))
  assert.deepEqual(state.get(key('v')), Uint8Array.of(12, 9, 1, 3))
})

// sp_state_machine's StorageAppend: what does not begin with a length is replaced.
test('appending to what is no Vec begins one', () => {
  for (const value of [new Uint8Array(), Uint8Array.of(0xff), Uint8Array.of(1, 0)]) {
    const state = memoryState([[key('v'), value]])
    state.append(key('v'), one)
    assert.deepEqual(state.get(key('v')), Uint8Array.of(4, 1))
  }
})

test('an item may be changed by its owner after it was appended', () => {
  const state = memoryState()
  const item = Uint8Array.of(5)
  state.append(key('v'), item)
  item[0] = 6
  assert.deepEqual(state.get(key('v')), Uint8Array.of(4, 5))
})

test('clearPrefix stops at its limit and says whether more is left', () => {
  const entries = ['a', 'ab', 'ac', 'b'].map((k) => [key(k), one] as const)
  const state = memoryState(entries)
  assert.deepEqual(state.clearPrefix(key('a'), 2), { removed: 2, more: true })
  assert.deepEqual(state.clearPrefix(key('a'), 1), { removed: 1, more: false })
  assert.deepEqual(state.clearPrefix(key('a')), { removed: 0, more: false })
  assert.deepEqual([...state.entries()], [[key('b'), one]])
})

test('the root can be asked for at any time and costs nothing twice', () => {
  const state = memoryState([
    [key('a'), one],
    [key('long'), new Uint8Array(50)],
  ])
  const before = state.storageRoot()
  state.begin()
  state.put(key('b'), two)
  assert.deepEqual(state.storageRoot(), trieRoot([...state.entries()], 1))
  state.rollback()
  assert.deepEqual(state.storageRoot(), before)
  assert.equal(state.storageRoot(), state.storageRoot())
  state.put(key('b'), two)
  state.delete(key('b'))
  assert.deepEqual(state.storageRoot(), before)
})

test('the keys that anchor child tries cannot be written directly', () => {
  const state = memoryState()
  const child = state.child(key('c'))
  child.put(key('x'), one)
  const anchor = key(':child_storage:default:c')
  const root = trieRoot([[key('x'), one]], 1)
  assert.deepEqual(state.get(anchor), root)
  state.put(anchor, two)
  state.delete(anchor)
  state.append(anchor, two)
  assert.deepEqual(state.clearPrefix(key(':child')), { removed: 0, more: false })
  assert.deepEqual(state.clearPrefix(anchor), { removed: 0, more: false })
  assert.deepEqual(child.root(), root)
  assert.deepEqual(state.storageRoot(), trieRoot([[anchor, root]], 1))
  child.kill()
  assert.equal(state.get(anchor), undefined)
  assert.deepEqual(child.root(), EMPTY_ROOT)
  assert.deepEqual(state.storageRoot(), EMPTY_ROOT)
})

test('draining a map key by key takes time in proportion to its size', () => {
  const count = 20_000
  const at = (i: number): StateKey => key(`map${String.fromCharCode(i >> 8, i & 255)}`)
  const state = memoryState(Array.from({ length: count }, (_, i) => [at(i), one] as const))
  let drained = 0
  for (let k = state.nextKey(key('map')); k !== undefined; k = state.nextKey(k)) {
    state.delete(k)
    drained++
  }
  assert.equal(drained, count)
})
