/** A node or a value somewhere else, by its blake2-256 hash: 32 bytes of `bytes` from `at`. */
export interface Link {
  readonly kind: 'link'
  readonly bytes: Uint8Array
  readonly at: number
  /** Where a store that addresses nodes by number keeps it; 0 when it does not. */
  id: number
}

/** A value in the node itself. */
export interface Inline {
  readonly kind: 'inline'
  readonly bytes: Uint8Array
}

/** A value beside its node (state version 1, 33 bytes and more): the node holds only its hash. */
export interface Hashed {
  readonly kind: 'hashed'
  readonly link: Link
  /** The value itself, when it is at hand. */
  value: Uint8Array | undefined
}

/** The root of another trie as a value: how Substrate anchors child tries in the main one. */
export interface Nested {
  readonly kind: 'nested'
  readonly root: Ref
}

export type Value = Inline | Hashed | Nested

/** A node in memory. It never changes; `encoded` and `hash` fill in when they are first needed. */
export interface Node {
  readonly kind: 'node'
  /** The nibbles of the key between the parent's child index and this node, one a byte. */
  readonly partial: Uint8Array
  readonly value: Value | undefined
  /** 16 of them in a branch, none in a leaf. */
  readonly children: Children
  encoded: Uint8Array | undefined
  hash: Uint8Array | undefined
}

export type Ref = Link | Node
export type Children = readonly (Ref | undefined)[]

export const LEAF: Children = []

export const makeNode = (
  partial: Uint8Array,
  value: Value | undefined,
  children: Children,
): Node => ({
  kind: 'node',
  partial,
  value,
  children,
  encoded: undefined,
  hash: undefined,
})

export const linkTo = (hash: Uint8Array, id = 0): Link => ({ kind: 'link', bytes: hash, at: 0, id })

/** The 32 bytes of a link's hash, as a view. */
export const hashOf = (link: Link): Uint8Array => link.bytes.subarray(link.at, link.at + 32)

/** Whether a link names this hash. */
export function isHash(link: Link, hash: Uint8Array): boolean {
  for (let i = 0; i < 32; i++) if (link.bytes[link.at + i] !== hash[i]) return false
  return true
}

/** Where nodes that are not in memory come from. */
export interface NodeSource {
  /** @throws when it is not there */
  node(link: Link): Node
  /** The value beside a node, from `hashed.value` if it is there. @throws when it is not to be had */
  value(hashed: Hashed): Uint8Array
}

export const load = (source: NodeSource, ref: Ref): Node =>
  ref.kind === 'node' ? ref : source.node(ref)
