import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromHex } from '@cess/bytes'
import fc from 'fast-check'
import { EMPTY_ROOT, generateProof, openProof, trieRoot, verifyProof } from '../src/index.ts'
import { keys, values, versions } from './support/arbitrary.ts'
import { hashStore, key } from './support/store.ts'

const entries = fc.uniqueArray(fc.tuple(keys, values), {
  selector: ([k]) => k,
  maxLength: 30,
  size: 'max',
})
const someKeys = fc.array(keys, { maxLength: 6 })

function provenTrie(
  version: 0 | 1,
  all: readonly (readonly [ReturnType<typeof key>, Uint8Array])[],
) {
  const { apply, source, root } = hashStore(version)
  apply(all)
  return {
    root: trieRoot(all, version),
    prove: (asked: Iterable<ReturnType<typeof key>>) => generateProof(source, root(), asked),
  }
}

test('a proof says what the trie says, of what is there and of what is not', () => {
  fc.assert(
    fc.property(versions, entries, someKeys, (version, all, asked) => {
      const { root, prove } = provenTrie(version, all)
      const model = new Map(all)
      const wanted = [...asked, ...all.slice(0, 3).map(([k]) => k)]
      const said = verifyProof(root, prove(wanted), wanted)
      for (const k of wanted) assert.deepEqual(said.get(k), model.get(k))
    }),
    { numRuns: 300 },
  )
})

test('no change to a proof goes through', () => {
  fc.assert(
    fc.property(
      versions,
      entries,
      someKeys,
      fc.nat(),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (version, all, asked, which, where, flip) => {
        const { root, prove } = provenTrie(version, all)
        const proof = prove(asked)
        const refused = { name: 'TrieError' }
        const i = which % proof.length
        const entry = proof[i]!
        const others = proof.toSpliced(i, 1)

        const bent = entry.slice()
        bent[where % bent.length]! ^= flip
        assert.throws(() => verifyProof(root, [...others, bent], asked), refused)
        assert.throws(() => verifyProof(root, [...proof, bent], asked), refused)
        assert.throws(() => verifyProof(root, [...others, entry.slice(0, -1)], asked), refused)
        assert.throws(() => verifyProof(root, [...proof, entry], asked), refused)
        assert.throws(() => verifyProof(root, [...proof, new Uint8Array()], asked), refused)
        const elsewhere = root.slice()
        elsewhere[where % 32]! ^= flip
        assert.throws(() => verifyProof(elsewhere, proof, asked), refused)
        // Without an entry that the answer needs there is no answer.
        if (asked.length > 0 && all.length > 0)
          assert.throws(() => verifyProof(root, others, asked), refused)
      },
    ),
    { numRuns: 300 },
  )
})

test('a proof of other keys does not pass as one of absence', () => {
  const all = Array.from(
    { length: 64 },
    (_, i) => [key(`key ${String(i).padStart(2, '0')}`), new Uint8Array(40).fill(i)] as const,
  )
  const { root, prove } = provenTrie(1, all)
  const proof = prove([key('key 01')])
  assert.equal(verifyProof(root, proof, [key('nothing')]).get(key('nothing')), undefined)
  assert.throws(() => verifyProof(root, proof, [key('key 22')]), { code: 'MISSING_NODE' })
  assert.throws(() => verifyProof(root, proof, [key('key 02')]), { code: 'MISSING_NODE' })
})

test('the proof of a long value holds it beside its node', () => {
  const value = new Uint8Array(100).fill(5)
  const { root, prove } = provenTrie(1, [[key('a'), value]])
  assert.deepEqual(
    prove([key('a')]).map((entry) => entry.length),
    [1 + 1 + 32, 100],
  )
  assert.deepEqual(verifyProof(root, prove([key('a')]), [key('a')]).get(key('a')), value)
  assert.throws(() => verifyProof(root, prove([]), [key('a')]), { code: 'MISSING_NODE' })
})

test('a proof always holds the root, even of nothing', () => {
  assert.deepEqual(generateProof(hashStore(1).source, undefined, [key('a')]), [Uint8Array.of(0)])
  const proof = [Uint8Array.of(0)]
  assert.equal(verifyProof(EMPTY_ROOT, proof, [key('a')]).get(key('a')), undefined)
  assert.throws(() => verifyProof(EMPTY_ROOT, [...proof, fromHex('42aa04bb')], []), {
    code: 'BAD_PROOF',
  })
  const { prove } = provenTrie(1, [[key('a'), Uint8Array.of(1)]])
  assert.equal(prove([]).length, 1)
})

test('a proof in which nodes form an endless chain costs no more than its size', () => {
  // The shape that makes it quadratic to remember each node's path.
  const all = []
  for (let i = 1; i <= 2000; i++) all.push([key('\x11'.repeat(i)), Uint8Array.of(1)] as const)
  const { root, prove } = provenTrie(0, all)
  const proof = prove([key('\x11'.repeat(2000))])
  assert.ok(proof.length > 100)
  assert.ok(openProof(root, proof).get(key('\x11'.repeat(1999))))
})
