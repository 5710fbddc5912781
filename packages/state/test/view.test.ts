import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromHex } from '@cess/bytes'
import { MemoryStore } from '@cess/ports'
import { CHILD_PREFIX, openProof, verifyProof } from '@cess/trie'
import { addBlock, blockHash, GENESIS, key, openDb } from './support/kit.ts'

const text = (value: string): Uint8Array => Uint8Array.from(value, (c) => c.charCodeAt(0))

async function example() {
  const store = new MemoryStore()
  const db = await openDb(store, 'archive')
  const hash = blockHash(1)
  await addBlock(db, store, { hash, number: 1, parent: GENESIS }, (state) => {
    for (const k of ['a', 'ab', 'abc', 'b', 'c']) state.put(key(k), text(`value of ${k}`))
    state.put(key('long'), new Uint8Array(100).fill(1))
    state.put(key('longer'), new Uint8Array(1000).fill(2))
    for (const k of ['x', 'y', 'z']) state.child(key('kid')).put(key(k), new Uint8Array(60).fill(3))
  })
  return { store, db, hash, view: db.view(hash) }
}

test('keys come in pages', async () => {
  const { view } = await example()
  assert.deepEqual(view.keys(key('a'), 2), ['a', 'ab'])
  assert.deepEqual(view.keys(key('a'), 2, key('ab')), ['abc'])
  assert.deepEqual(view.keys(key('a'), 9, key('')), ['a', 'ab', 'abc'])
  assert.deepEqual(view.keys(key('a'), 9, key('b')), [])
  assert.deepEqual(view.keys(key('a'), 0), [])
  assert.deepEqual(view.keys(key(''), 3), [`${CHILD_PREFIX}kid`, 'a', 'ab'])
  assert.deepEqual(
    [...view.entries(key('ab'))].map(([k]) => k),
    ['ab', 'abc'],
  )
  assert.deepEqual(view.child(key('kid')).keys(key(''), 2, key('x')), ['y', 'z'])
  assert.deepEqual(view.child(key('none')).keys(key(''), 2), [])
})

test('proofs of values of any length hold for whoever knows the root', async () => {
  const { view } = await example()
  const asked = ['a', 'long', 'longer', 'nothing', 'abcd'].map(key)
  const said = verifyProof(fromHex(view.root), view.proof(asked), asked)
  for (const k of asked) assert.deepEqual(said.get(k), view.get(k))
})

test('proofs of a child trie lead down from the state root', async () => {
  const { view } = await example()
  const child = view.child(key('kid'))
  const proof = child.proof([key('y'), key('none')])
  const main = openProof(fromHex(view.root), proof)
  const anchor = main.get(key(`${CHILD_PREFIX}kid`))!
  assert.equal(`0x${anchor.toHex()}`, child.root)
  const hashes = new Set(
    view
      .child(key('kid'))
      .proof([])
      .map((entry) => entry.toHex()),
  )
  const below = proof.filter((entry) => !hashes.has(entry.toHex()))
  const said = verifyProof(anchor, below, [key('y'), key('none')])
  assert.deepEqual(said.get(key('y')), child.get(key('y')))
  assert.equal(said.get(key('none')), undefined)
})

test('an overlay can note what it reads, and the notes are a proof', async () => {
  const { db, hash, view } = await example()
  const { overlay, proof } = db.recorded(hash)
  assert.equal(proof().length, 1, 'the root at least')
  overlay.get(key('longer'))
  overlay.nextKey(key('ab'))
  overlay.put(key('ab'), text('new'))
  overlay.storageRoot()
  const trie = openProof(fromHex(view.root), proof())
  assert.deepEqual(trie.get(key('longer')), view.get(key('longer')))
  assert.deepEqual(trie.get(key('abc')), view.get(key('abc')))
})

test('a state that is not here is said to be unknown', async () => {
  const { db } = await example()
  for (const ask of [db.view, db.overlay, db.recorded])
    assert.throws(() => ask(blockHash(9)), { name: 'StateError', code: 'UNKNOWN_STATE' })
})
