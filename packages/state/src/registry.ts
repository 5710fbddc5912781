import { fromHex, type Hash, toHex } from '@cess/bytes'
import type { KeyValueStore } from '@cess/ports'
import { hash256 } from '@cess/primitives'
import { bool, decode, encode, struct, u32, u64, vec } from '@cess/scale'
import { type Link, linkTo } from '@cess/trie'
import { corrupt } from './errors.ts'
import { blockKey, getId, ID_BYTES, lineKey, metaKey, openKey, putId } from './keys.ts'

/** The state after a block, and what the block wrote for it. */
export interface BlockState {
  readonly block: Hash
  readonly number: number
  readonly parent: Hash
  readonly root: Hash
  /** Undefined when the state is empty. */
  readonly link: Link | undefined
  /** Ids that the block's new nodes and values have: `first` up to `end`, excluded. */
  readonly first: number
  readonly end: number
}

const blockCodec = struct('', {
  number: u32,
  parent: hash256,
  root: hash256,
  rootId: u64,
  first: u64,
  end: u64,
})
const metaCodec = struct('', { archive: bool, nextId: u64, oldest: u32, finalized: u32 })
const hashesCodec = vec(hash256)

export interface Meta {
  readonly archive: boolean
  nextId: number
  /** Numbers of the oldest final block whose state is at hand, and of the newest. */
  oldest: number
  finalized: number
}

export const encodeBlock = (state: BlockState): Uint8Array =>
  encode(blockCodec, {
    number: state.number,
    parent: state.parent,
    root: state.root,
    rootId: BigInt(state.link?.id ?? 0),
    first: BigInt(state.first),
    end: BigInt(state.end),
  })

export const encodeMeta = (meta: Meta): Uint8Array =>
  encode(metaCodec, { ...meta, nextId: BigInt(meta.nextId) })

export const encodeHashes = (hashes: Iterable<Hash>): Uint8Array => encode(hashesCodec, [...hashes])

export function encodeIds(links: readonly Link[]): Uint8Array {
  const out = new Uint8Array(links.length * ID_BYTES)
  for (let i = 0; i < links.length; i++) putId(out, i * ID_BYTES, links[i]!.id)
  return out
}

export function* decodeIds(bytes: Uint8Array): Generator<number> {
  for (let at = 0; at < bytes.length; at += ID_BYTES) yield getId(bytes, at)
}

const linkOf = (root: Hash, id: number): Link | undefined =>
  id === 0 ? undefined : linkTo(fromHex(root), id)

/** Which states there are. */
export interface Registry {
  /** Hashes of blocks that are not final, by number. */
  readonly open: Map<number, Set<Hash>>
  /** Final blocks whose state is in memory: all that are kept, or the newest of an archive. */
  readonly line: Map<number, Hash>
  /** Their states. */
  readonly states: Map<Hash, BlockState>
}

/** What the database says; undefined when it is new. @throws StateError CORRUPT_STATE */
export function loadMeta(store: KeyValueStore): Meta | undefined {
  const stored = store.get(metaKey)
  if (!stored) return undefined
  const meta = decode(metaCodec, stored)
  return { ...meta, nextId: Number(meta.nextId) }
}

/** @throws StateError CORRUPT_STATE */
export function loadState(store: KeyValueStore, block: Hash): BlockState | undefined {
  const stored = store.get(blockKey(block))
  if (!stored) return undefined
  const { number, parent, root, rootId, first, end } = decode(blockCodec, stored)
  const link = linkOf(root, Number(rootId))
  return { block, number, parent, root, link, first: Number(first), end: Number(end) }
}

/** What a database that has begun holds. @throws StateError CORRUPT_STATE */
export function loadRegistry(store: KeyValueStore, meta: Meta | undefined): Registry {
  const registry: Registry = { open: new Map(), line: new Map(), states: new Map() }
  if (!meta) return registry
  const load = (block: Hash): void => {
    const state = loadState(store, block)
    if (!state) throw corrupt(`the state record of block ${block}`)
    registry.states.set(block, state)
  }
  for (let number = meta.oldest; number <= meta.finalized; number++) {
    const stored = store.get(lineKey(number))
    if (!stored) throw corrupt(`the final block ${number}`)
    const block = toHex(stored) as Hash
    registry.line.set(number, block)
    load(block)
  }
  for (let number = meta.finalized + 1; ; number++) {
    const stored = store.get(openKey(number))
    if (!stored) return registry
    const hashes = decode(hashesCodec, stored)
    registry.open.set(number, new Set(hashes))
    for (const block of hashes) load(block)
  }
}
