import { blake2b256 } from '@cess/crypto'
import type { StateKey } from '@cess/primitives'
import { decodeNode } from './decode.ts'
import { EMPTY_ROOT, encodeNode } from './encode.ts'
import { TrieError } from './errors.ts'
import { nibbleAt } from './nibbles.ts'
import { hashOf, type Link, linkTo, type Node, type NodeSource, type Ref } from './node.ts'
import { getValue } from './read.ts'

/** A hash as a map key. */
const latin1 = (hash: Uint8Array): string => String.fromCharCode(...hash)

/** A source that notes what is read through it. */
export interface Recorder extends NodeSource {
  /** Notes a root even when nothing else is read. */
  root(root: Ref | undefined): void
  /** Substrate's StorageProof of everything read so far: encoded nodes, and values that stand beside them, in any order. */
  proof(): Uint8Array[]
}

export function createRecorder(source: NodeSource): Recorder {
  const seen = new Map<string, Uint8Array>()
  const note = (hash: Uint8Array, bytes: Uint8Array): void => void seen.set(latin1(hash), bytes)
  const node = (link: Link): Node => {
    const found = source.node(link)
    note(hashOf(link), encodeNode(found))
    return found
  }
  return {
    node,
    value(hashed) {
      const bytes = source.value(hashed)
      note(hashOf(hashed.link), bytes)
      return bytes
    },
    root(root) {
      if (!root) note(EMPTY_ROOT, Uint8Array.of(0))
      else if (root.kind === 'link') node(root)
      else throw new RangeError('only a stored trie can be proven')
    },
    proof: () => [...seen.values()],
  }
}

/** A proof of what these keys hold or that they hold nothing, for whoever knows the root. */
export function generateProof(
  source: NodeSource,
  root: Link | undefined,
  keys: Iterable<StateKey>,
): Uint8Array[] {
  const recorder = createRecorder(source)
  recorder.root(root)
  for (const key of keys) getValue(recorder, root, key)
  return recorder.proof()
}

/** Child tries hang on this prefix of the main trie; their values are roots (sp_storage CHILD_STORAGE_KEY_PREFIX). */
export const CHILD_PREFIX = ':child_storage:default:'

/** A trie of which only the proven parts are there. */
export interface ProvenTrie {
  /** Undefined when the trie proves that there is nothing. @throws TrieError MISSING_NODE when the proof does not say */
  get(key: StateKey): Uint8Array | undefined
  readonly source: NodeSource
  readonly root: Link | undefined
}

function missing(link: Link): TrieError {
  return new TrieError(
    'MISSING_NODE',
    `The proof does not hold ${hashOf(link).toHex()}, which the answer needs. Ask for a proof of these very keys.`,
  )
}

/** How many nibbles of a path are those of CHILD_PREFIX so far; -1 once it has left it. Past the prefix it stays at its length. */
function follow(matched: number, nibble: number): number {
  const end = 2 * CHILD_PREFIX.length
  if (matched < 0 || matched === end) return matched
  return nibbleAt(CHILD_PREFIX, matched) === nibble ? matched + 1 : -1
}

/**
 * Decodes the entries that can be reached from the root and counts them. Anything else in a proof is refused: it
 * costs its reader and proves nothing. Cost: one visit to each entry, whatever shape they claim.
 */
function countReachable(
  entries: ReadonlyMap<string, Uint8Array>,
  root: Link,
  decoded: Map<string, Node>,
): number {
  const reached = new Set<string>()
  const open: { readonly ref: Ref; readonly matched: number }[] = [{ ref: root, matched: 0 }]
  for (let next = open.pop(); next; next = open.pop()) {
    let { ref, matched } = next
    if (ref.kind === 'link') {
      const hash = latin1(hashOf(ref))
      const bytes = entries.get(hash)
      if (!bytes || decoded.has(hash)) continue
      reached.add(hash)
      ref = decodeNode(bytes)
      decoded.set(hash, ref)
    }
    for (const nibble of ref.partial) matched = follow(matched, nibble)
    const { value, children } = ref
    if (value?.kind === 'hashed') {
      const hash = latin1(hashOf(value.link))
      if (entries.has(hash)) reached.add(hash)
    }
    const isChildRoot = matched === 2 * CHILD_PREFIX.length
    if (isChildRoot && value?.kind === 'inline' && value.bytes.length === 32)
      open.push({ ref: linkTo(value.bytes), matched: -1 })
    for (let i = 0; i < children.length; i++) {
      const child = children[i]
      if (child) open.push({ ref: child, matched: follow(matched, i) })
    }
  }
  return reached.size
}

/**
 * The trie that a proof shows a part of. The proof may come from anyone.
 * @throws TrieError BAD_NODE, or BAD_PROOF when entries repeat or do not belong under `root`
 */
export function openProof(root: Uint8Array, proof: readonly Uint8Array[]): ProvenTrie {
  const entries = new Map<string, Uint8Array>()
  for (const entry of proof) entries.set(latin1(blake2b256(entry)), entry)
  if (entries.size !== proof.length)
    throw new TrieError(
      'BAD_PROOF',
      'The proof holds an entry twice. Its sender is broken or lies.',
    )
  const empty = latin1(root) === latin1(EMPTY_ROOT)
  const link = empty ? undefined : linkTo(root)
  const decoded = new Map<string, Node>()
  const reachable = link
    ? countReachable(entries, link, decoded)
    : Number(entries.has(latin1(root)))
  if (reachable !== entries.size)
    throw new TrieError(
      'BAD_PROOF',
      `The proof holds ${entries.size - reachable} entries that do not belong under root ${root.toHex()}: it is of another state, or was tampered with.`,
    )
  const source: NodeSource = {
    node(at) {
      const hash = latin1(hashOf(at))
      const node = decoded.get(hash)
      if (node) return node
      const bytes = entries.get(hash)
      if (!bytes) throw missing(at)
      return decodeNode(bytes)
    },
    value({ link: at }) {
      const bytes = entries.get(latin1(hashOf(at)))
      if (!bytes) throw missing(at)
      return bytes
    },
  }
  return { source, root: link, get: (key) => getValue(source, link, key) }
}

/**
 * What a proof says of these keys, undefined where it proves that there is nothing.
 * @throws TrieError BAD_NODE or BAD_PROOF, MISSING_NODE when it does not cover a key
 */
export function verifyProof(
  root: Uint8Array,
  proof: readonly Uint8Array[],
  keys: Iterable<StateKey>,
): Map<StateKey, Uint8Array | undefined> {
  const trie = openProof(root, proof)
  return new Map(Array.from(keys, (key) => [key, trie.get(key)]))
}
