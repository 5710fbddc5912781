import { decodeNode } from './decode.ts'
import { encodeNode, isInline, rootHash } from './encode.ts'
import { TrieError } from './errors.ts'
import { type Hashed, hashOf, type Link, type Node, type NodeSource, type Ref } from './node.ts'

/** Nodes and values by hash: what a plain content-addressed store needs to be a trie's source. */
export function sourceByHash(read: (hash: Uint8Array) => Uint8Array | undefined): NodeSource {
  const find = (link: Link): Uint8Array => {
    const bytes = read(hashOf(link))
    if (bytes) return bytes
    throw new TrieError(
      'MISSING_NODE',
      `The trie names ${hashOf(link).toHex()}, which is not there. The state is incomplete.`,
    )
  }
  return {
    node: (link) => decodeNode(find(link)),
    value: (hashed) => hashed.value ?? find(hashed.link),
  }
}

/** What an update made: nodes that need a place of their own, and values beside them. Hashed, children before parents. */
export function* newNodes(root: Ref | undefined): Generator<Node | Hashed> {
  if (root?.kind !== 'node') return
  rootHash(root)
  yield* below(root)
  yield root
}

function* below(node: Node): Generator<Node | Hashed> {
  for (const child of node.children) {
    if (child?.kind !== 'node') continue
    yield* below(child)
    if (!isInline(child)) yield child
  }
  const { value } = node
  if (value?.kind === 'hashed' && value.link.id === 0 && value.value) yield value
  if (value?.kind === 'nested') yield* newNodes(value.root)
}

/** The bytes of what `newNodes` gives. */
export const storedBytes = (made: Node | Hashed): Uint8Array =>
  made.kind === 'node' ? encodeNode(made) : made.value!
