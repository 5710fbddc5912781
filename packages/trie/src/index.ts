/**
 * Substrate's state trie: a base-16 Merkle–Patricia trie in its two versions, as pure functions over nodes that
 * somebody else keeps. (sp_trie; Polkadot spec, chapter 2 "States and transitions".)
 */
export { decodeFirst, decodeNode } from './decode.ts'
export { EMPTY_ROOT, encodeNode, isInline, rootHash } from './encode.ts'
export { TrieError, type TrieErrorCode } from './errors.ts'
export {
  type Children,
  type Hashed,
  hashOf,
  type Inline,
  type Link,
  linkTo,
  makeNode,
  type Nested,
  type Node,
  type NodeSource,
  type Ref,
  type Value,
} from './node.ts'
export { orderedTrieRoot } from './ordered.ts'
export {
  CHILD_PREFIX,
  createRecorder,
  generateProof,
  openProof,
  type ProvenTrie,
  type Recorder,
  verifyProof,
} from './proof.ts'
export { findValue, getValue, nextKey, valueBytes } from './read.ts'
export { newNodes, sourceByHash, storedBytes } from './stored.ts'
export {
  buildTrie,
  type Change,
  type StateVersion,
  trieRoot,
  type Update,
  updateTrie,
} from './update.ts'
