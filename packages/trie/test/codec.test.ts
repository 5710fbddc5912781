import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromHex } from '@cess/bytes'
import fc from 'fast-check'
import {
  buildTrie,
  decodeNode,
  encodeNode,
  linkTo,
  makeNode,
  type Node,
  rootHash,
  TrieError,
} from '../src/index.ts'
import { keys, values, versions } from './support/arbitrary.ts'
import { referenceRoot } from './support/reference.ts'
import { key } from './support/store.ts'

const nodeOf = (entries: Iterable<readonly [ReturnType<typeof key>, Uint8Array]>, version: 0 | 1) =>
  buildTrie(entries, version) as Node

test('every node survives its bytes', () => {
  const entries = fc.array(fc.tuple(keys, values), { minLength: 1, maxLength: 30, size: 'max' })
  fc.assert(
    fc.property(versions, entries, (version, all) => {
      const open = [nodeOf(all, version)]
      for (let node = open.pop(); node; node = open.pop()) {
        const bytes = encodeNode(node)
        const again = decodeNode(bytes)
        const { partial, value, children } = again
        assert.deepEqual(partial, node.partial)
        assert.deepEqual(encodeNode(makeNode(partial, value, children)), bytes)
        for (const child of node.children) if (child?.kind === 'node') open.push(child)
      }
    }),
    { numRuns: 200 },
  )
})

test('key lengths around every limit of the header', () => {
  for (const long of [
    14, 15, 16, 30, 31, 32, 62, 63, 64, 269, 270, 271, 285, 286, 317, 318, 319, 572, 573, 574,
  ])
    for (const version of [0, 1] as const)
      for (const size of [1, 40]) {
        const path = key('\x11'.repeat(Math.ceil(long / 2)))
        const one = [[path, new Uint8Array(size)]] as const
        assert.equal(rootHash(buildTrie(one, version)).toHex(), referenceRoot(one, version))
        const two = [
          ...one,
          [key(`${path}\x01`), new Uint8Array(3)],
          [key(`${path}\x10`), new Uint8Array(50)],
        ] as const
        const node = nodeOf(two, version)
        assert.equal(rootHash(node).toHex(), referenceRoot(two, version))
        assert.deepEqual(decodeNode(encodeNode(node)).partial, node.partial)
      }
})

test('value lengths around every limit', () => {
  for (const size of [0, 1, 26, 27, 28, 29, 30, 31, 32, 33, 63, 64, 16383, 16384, 70_000])
    for (const version of [0, 1] as const) {
      const entries = [
        [key('a'), new Uint8Array(size)],
        [key('b'), new Uint8Array(2)],
      ] as const
      const node = nodeOf(entries, version)
      assert.equal(rootHash(node).toHex(), referenceRoot(entries, version))
      assert.ok(decodeNode(encodeNode(node)))
    }
})

const hash = 'ab'.repeat(32)
const malformed: Readonly<Record<string, string>> = {
  nothing: '',
  'the empty trie, which is no node': '00',
  'the escape header of compact proofs': '01',
  'a header that no version has': '0f',
  'a cut key': '42',
  'a cut key length': '7fff',
  'a key longer than all bytes': `7f${'ff'.repeat(40)}`,
  'an odd key with dirty padding': '43130404bb',
  'a cut value': '42aa08bb',
  'a value length in a longer form': '42aa0100bb',
  'a value of a gigabyte': '42aa03000000400',
  'trailing bytes': '42aa04bb00',
  'a cut hashed value': '22aa0011',
  'a branch without children': '800000',
  'a branch with value and without children': '80c00004bb0000',
  'a branch that is only a way to one child': `80010080${hash}`,
  'a cut bitmap': '80ff',
  'a child longer than a hash': `80030084${hash}ff80${hash}`,
  'a child of no bytes': `8003000080${hash}`,
  'an inline child that is no node': `8003000400${'80'}${hash}`,
}
test('bytes that are no node are refused', () => {
  for (const [what, hex] of Object.entries(malformed)) {
    const bytes = fromHex(hex.length % 2 ? `${hex}0` : hex)
    assert.throws(() => decodeNode(bytes), { name: 'TrieError', code: 'BAD_NODE' }, what)
  }
})

test('any bytes at all decode or are refused, and what decodes has one encoding', () => {
  const branch = encodeNode(
    makeNode(Uint8Array.of(1, 2, 3), { kind: 'inline', bytes: Uint8Array.of(9) }, [
      linkTo(new Uint8Array(32)),
      ...new Array(13).fill(undefined),
      makeNode(Uint8Array.of(1), { kind: 'inline', bytes: Uint8Array.of(9) }, []),
      undefined,
    ]),
  )
  const mutated = fc
    .array(fc.tuple(fc.nat(branch.length - 1), fc.nat(255)), { maxLength: 4 })
    .map((edits) => {
      const copy = branch.slice()
      for (const [at, byte] of edits) copy[at] = byte
      return copy
    })
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), mutated), (bytes) => {
      try {
        const { partial, value, children } = decodeNode(bytes)
        assert.deepEqual(encodeNode(makeNode(partial, value, children)), bytes)
      } catch (error) {
        if (!(error instanceof TrieError)) throw error
      }
    }),
    { numRuns: 3000 },
  )
})
