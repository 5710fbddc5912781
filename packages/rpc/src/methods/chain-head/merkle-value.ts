import type { Hash } from '@cess/bytes'
import { fromHex } from '@cess/bytes'
import { blake2b256 } from '@cess/crypto'
import type { StateKey } from '@cess/primitives'
import type { TrieView } from '@cess/state'
import { decodeNode, encodeNode, hashOf, type Node, type Ref } from '@cess/trie'

const nibbles = (key: StateKey): number[] =>
  [...Buffer.from(key, 'latin1')].flatMap((byte) => [byte >> 4, byte & 15])

/**
 * The Merkle value of the trie node nearest below `key` (or of its own): its hash, or its bytes when it is shorter
 * than one. It changes with anything below `key`; `undefined` when there is nothing.
 */
export function closestMerkleValue(
  trie: TrieView,
  root: Hash,
  key: StateKey,
): Uint8Array | undefined {
  // A proof of the key holds every node on the way to it.
  const entries = new Map(trie.proof([key]).map((entry) => [blake2b256(entry).toHex(), entry]))
  const path = nibbles(key)
  let at: Ref | undefined = { kind: 'link', bytes: fromHex(root), at: 0, id: 0 }
  for (let depth = 0; at; depth++) {
    const encoded: Uint8Array | undefined =
      at.kind === 'link' ? entries.get(hashOf(at).toHex()) : undefined
    const node: Node | undefined = at.kind === 'node' ? at : encoded && decodeNode(encoded)
    if (!node) return undefined
    const rest = path.slice(depth)
    const shared = node.partial.findIndex((nibble, i) => nibble !== rest[i])
    const matched = shared === -1 ? node.partial.length : shared
    if (matched === rest.length) return at.kind === 'link' ? hashOf(at) : encodeNode(node)
    if (matched < node.partial.length) return undefined
    depth += matched
    at = node.children[path[depth]!]
  }
  return undefined
}
