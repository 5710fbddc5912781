import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fromHex, utf8 } from '@cess/bytes'
import { blake2b256 } from '@cess/crypto'
import {
  buildTrie,
  type Change,
  EMPTY_ROOT,
  encodeNode,
  linkTo,
  type Node,
  openProof,
  orderedTrieRoot,
  rootHash,
  sourceByHash,
  trieRoot,
  updateTrie,
} from '../src/index.ts'
import { hashStore, key, keyOfHex } from './support/store.ts'

const empty = '03170a2e7597b7b7e3d84c05391d139a62b157e78786d8c082f29dcf4c111314'

test('the empty trie', () => {
  assert.equal(EMPTY_ROOT.toHex(), empty)
  assert.equal(trieRoot([], 0).toHex(), empty)
  assert.equal(orderedTrieRoot([], 0).toHex(), empty)
})

// sdk: substrate/primitives/trie/src/lib.rs, tests `single_tuple`, `branch_with_*`, `codec_trie_two_tuples_disjoint_keys`.
test('small tries are encoded as in sp_trie', () => {
  const encoded = (...entries: [string, string][]): string =>
    encodeNode(
      buildTrie(
        entries.map(([k, v]) => [keyOfHex(k), fromHex(v)] as const),
        0,
      ) as Node,
    ).toHex()
  assert.equal(encoded(['aa', 'bb']), '42aa04bb')
  assert.equal(encoded(['4819', 'fe'], ['1314', 'ff']), '8012001443031404ff1443081904fe')
})

// w3f/polkadot-tests: fixtures/host-api, ext_default_child_storage_root_version_1.
test('roots that Polkadot hosts agree on', () => {
  const root = (...entries: [string, string][]): string =>
    trieRoot(
      entries.map(([k, v]) => [key(k), utf8(v)] as const),
      0,
    ).toHex()
  assert.equal(
    root(['static', 'Inverse'], ['even-keeled', 'Future-proofed']),
    'e04eb753bc044436c6624b2062f7ad2be3bf19c62ed6f10aa2d7ee2586828cd5',
  )
  assert.equal(
    root(['function', 'Horizontal'], ['Face to face', 'Expanded']),
    'e563e5520daa936c3629783df1390428bf1a57bf2ea2e30d26efe54bd225e706',
  )
  assert.equal(
    root(['Optional', 'secondary'], ['object-oriented', 'toolset']),
    '3b71375a64a94627d03b257d2d2538474ac0263c0a5e6872d848ce6889092e15',
  )
})

test('30 blocks of a CESS chain give its state roots, one after the other', () => {
  const fixture = JSON.parse(
    readFileSync(new URL('./fixtures/cess-dev-blocks.json', import.meta.url), 'utf8'),
  ) as { roots: string[]; nodes: string[]; changes: [string, string | null][][] }
  const nodes = fixture.nodes.map(fromHex)
  assert.ok(openProof(fromHex(fixture.roots[0]!), nodes))
  const { entries } = hashStore(0)
  for (const node of nodes) entries.set(blake2b256(node).toHex(), node)
  const source = sourceByHash((hash) => entries.get(hash.toHex()))
  let root: ReturnType<typeof buildTrie> = linkTo(fromHex(fixture.roots[0]!))
  for (const [i, block] of fixture.changes.entries()) {
    const changes = block
      .map(([k, v]): Change => [keyOfHex(k), v === null ? undefined : fromHex(v)])
      .sort(([a], [b]) => (a < b ? -1 : 1))
    root = updateTrie(source, root, changes, 0).root
    assert.equal(`0x${rootHash(root).toHex()}`, fixture.roots[i + 1])
  }
})

// substrate.md trap T5 and RFC-0042: Compact keys, so that index 64 sorts after index 1.
test('ordered roots use compact keys', () => {
  const items = Array.from({ length: 70 }, (_, i) => Uint8Array.of(i))
  const entries = items.map((item, i) => {
    const index = i < 64 ? [i << 2] : [((i << 2) | 1) & 255, i >> 6]
    return [key(String.fromCharCode(...index)), item] as const
  })
  assert.deepEqual(orderedTrieRoot(items, 0), trieRoot(entries, 0))
})
