import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { getValue, hashOf, nextKey, rootHash, trieRoot, updateTrie } from '../src/index.ts'
import { keys, values, versions } from './support/arbitrary.ts'
import { referenceRoot } from './support/reference.ts'
import { hashStore, key } from './support/store.ts'

const batches = fc.array(
  fc.array(fc.tuple(keys, fc.option(values, { nil: undefined })), { maxLength: 25, size: 'max' }),
  { maxLength: 6, size: 'max' },
)

test('updates in any batches give the root of a trie built from what is left', () => {
  fc.assert(
    fc.property(versions, batches, (version, steps) => {
      const model = new Map<string, Uint8Array>()
      const trie = hashStore(version)
      for (const step of steps) {
        const changes = new Map(step)
        trie.apply(changes)
        for (const [k, v] of changes) v ? model.set(k, v) : model.delete(k)
        const expected = referenceRoot(model, version)
        assert.equal(trie.rootHex(), expected)
        assert.equal(trieRoot(model as never, version).toHex(), expected)
      }
    }),
    { numRuns: 400 },
  )
})

test('reads and key order agree with a sorted map', () => {
  const entries = fc.uniqueArray(fc.tuple(keys, values), {
    selector: ([k]) => k,
    maxLength: 40,
    size: 'max',
  })
  fc.assert(
    fc.property(versions, entries, fc.array(keys, { maxLength: 20 }), (version, all, asked) => {
      const model = new Map(all)
      const order = [...model.keys()].sort()
      const { apply, source, root } = hashStore(version)
      apply(all)
      for (const k of [...asked, ...order]) {
        assert.deepEqual(getValue(source, root(), k), model.get(k))
        assert.equal(
          nextKey(source, root(), k),
          order.find((other) => other > k),
        )
      }
    }),
    { numRuns: 300 },
  )
})

test('what an update removes and adds is the difference between the tries', () => {
  fc.assert(
    fc.property(versions, batches, (version, steps) => {
      const trie = hashStore(version)
      // Distinct values everywhere, so that no node is in a trie twice and hashes tell nodes apart.
      let serial = 0
      for (const step of steps) {
        const before = new Map(trie.entries)
        const changes = step.map(([k, v]) => {
          if (!v) return [k, undefined] as const
          const value = new Uint8Array(v.length + 4)
          new DataView(value.buffer).setUint32(v.length, ++serial)
          return [k, value] as const
        })
        const { removed } = trie.apply(changes)
        for (const link of removed) {
          const hash = hashOf(link).toHex()
          assert.ok(before.has(hash), 'something was removed that was not there')
          trie.entries.delete(hash)
        }
        const reachable = new Set(reach(trie))
        assert.deepEqual(new Set(trie.entries.keys()), reachable)
      }
    }),
    { numRuns: 300 },
  )
})

function* reach({ root, source }: ReturnType<typeof hashStore>): Generator<string> {
  const open = [root()].filter((link) => link !== undefined)
  for (let link = open.pop(); link; link = open.pop()) {
    yield hashOf(link).toHex()
    const nodes = [source.node(link)]
    for (let node = nodes.pop(); node; node = nodes.pop()) {
      if (node.value?.kind === 'hashed') yield hashOf(node.value.link).toHex()
      for (const child of node.children)
        if (child?.kind === 'node') nodes.push(child)
        else if (child) open.push(child)
    }
  }
}

test('an update that changes nothing gives back the old trie itself', () => {
  const trie = hashStore(1)
  const long = new Uint8Array(40).fill(7)
  trie.apply([
    [key('aa'), Uint8Array.of(1)],
    [key('ab'), long],
    [key('abc'), Uint8Array.of(3)],
  ])
  const root = trie.root()
  for (const changes of [
    [],
    [[key('aa'), Uint8Array.of(1)]],
    [[key('ab'), long.slice()]],
    [[key('a'), undefined]],
    [
      [key('aaa'), undefined],
      [key('b'), undefined],
    ],
  ] as const) {
    const update = updateTrie(trie.source, root, changes, 1)
    assert.equal(update.root, root)
    assert.deepEqual(update.removed, [])
  }
})

test('the old trie stays readable beside the new one', () => {
  const trie = hashStore(1)
  trie.apply([
    [key('one'), Uint8Array.of(1)],
    [key('two'), Uint8Array.of(2)],
  ])
  const old = trie.root()
  trie.apply([[key('one'), undefined]])
  assert.deepEqual(getValue(trie.source, old, key('one')), Uint8Array.of(1))
  assert.equal(getValue(trie.source, trie.root(), key('one')), undefined)
})

// Legal since migrations rewrite values one by one (sp_trie: the version is a property of each value).
test('values keep the form they were written in until they change', () => {
  const long = new Uint8Array(50).fill(1)
  const trie = hashStore(0)
  trie.apply([
    [key('ab'), long],
    [key('abc'), Uint8Array.of(1)],
  ])
  const touched = updateTrie(trie.source, trie.root(), [[key('abd'), Uint8Array.of(2)]], 1).root
  const v0 = [
    [key('ab'), long],
    [key('abc'), Uint8Array.of(1)],
    [key('abd'), Uint8Array.of(2)],
  ] as const
  assert.equal(rootHash(touched).toHex(), referenceRoot(v0, 0))
  const rewritten = updateTrie(trie.source, touched, [[key('ab'), long]], 1).root
  assert.equal(rootHash(rewritten).toHex(), referenceRoot(v0, 1))
})
