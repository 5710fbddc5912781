import { fromHex, type Hash, toHex } from '@cess/bytes'
import { blake2b256 } from '@cess/crypto'
import type { KeyValueStore } from '@cess/ports'
import type { StateKey } from '@cess/primitives'
import { createStateDb, type Overlay, type StateDb } from '../../src/index.ts'
import { readRecord } from '../../src/record.ts'

export const key = (text: string): StateKey => text as StateKey
export const blockHash = (n: number): Hash => toHex(blake2b256(Uint8Array.of(n, n >> 8))) as Hash
export const GENESIS = blockHash(0)

export async function openDb(
  store: KeyValueStore,
  pruning: number | 'archive',
  version: 0 | 1 = 1,
  entries: Iterable<readonly [StateKey, Uint8Array]> = [],
): Promise<StateDb> {
  const db = createStateDb(store, { pruning, version })
  await store.batch(db.genesis(entries, () => GENESIS).ops)
  return db
}

/** Writes a block's state after `change` has run on its parent's. */
export async function addBlock(
  db: StateDb,
  store: KeyValueStore,
  block: { readonly hash: Hash; readonly number: number; readonly parent: Hash },
  change: (state: Overlay) => void,
): Promise<Hash> {
  const overlay = db.overlay(block.parent)
  change(overlay)
  const changes = overlay.finish()
  await store.batch(db.insert(block.hash, block.number, block.parent, changes))
  return changes.root
}

const tag = Buffer.from('s/n/')
const idOf = (record: Uint8Array): number => Buffer.from(record).readUIntBE(0, 6)

/** Ids of all nodes and values in the store. */
export async function storedIds(store: KeyValueStore): Promise<number[]> {
  const ids: number[] = []
  for await (const [at] of store.iterate({ gte: tag, lt: Buffer.from('s/n0') }))
    ids.push(idOf(at.subarray(tag.length)))
  return ids
}

/** Ids that the states of these blocks need, found by walking the records. */
export function reachableIds(store: KeyValueStore, blocks: Iterable<Hash>): Set<number> {
  const reached = new Set<number>()
  const record = (id: number): Uint8Array => {
    const at = Buffer.alloc(10)
    tag.copy(at)
    at.writeUIntBE(id, 4, 6)
    const bytes = store.get(at)
    if (!bytes) throw new Error(`node ${id} is missing`)
    return bytes
  }
  const walk = (id: number): void => {
    if (id === 0 || reached.has(id)) return
    reached.add(id)
    const { value, children } = readRecord(record(id))
    if (value?.kind === 'hashed' && value.link.id !== 0) {
      record(value.link.id)
      reached.add(value.link.id)
    }
    if (value?.kind === 'nested' && value.root.kind === 'link') walk(value.root.id)
    for (const child of children) if (child?.kind === 'link') walk(child.id)
  }
  for (const block of blocks) {
    const stored = store.get(Buffer.concat([Buffer.from('s/b/'), fromHex(block)]))!
    // number, parent, root, then the root's id: see registry.ts.
    walk(Number(Buffer.from(stored).readBigUInt64LE(4 + 32 + 32)))
  }
  return reached
}
