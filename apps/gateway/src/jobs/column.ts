import { type AccountId, fromHex } from '@cess/bytes'
import type { Layout } from '@cess/content'
import { sr25519Verify } from '@cess/crypto'
import { NetworkError, type PutFragment, type StorageClient, StorageRefusal } from '@cess/network'
import { fragmentSize, receiptPayload, SEGMENT_SIZE, segmentLengths } from '@cess/primitives'
import type { GatewayContext } from '../context.ts'
import type { Semaphore } from '../limits/semaphore.ts'
import type { Miners } from '../miners/miners.ts'
import type { Encoder } from '../work/encoder.ts'
import { deadline } from './wait.ts'

/** What sending a column takes. */
export interface ColumnDeps {
  readonly ctx: GatewayContext
  readonly miners: Miners
  readonly client: StorageClient
  readonly encoder: Encoder
  /** Fragments in memory, in bytes. */
  readonly memory: Semaphore
}

export interface Column {
  readonly layout: Layout
  /** The ciphertext on disk. */
  readonly path: string
  /** From 1. */
  readonly index: number
  readonly miner: AccountId
}

/** A miner may take this long for a column, and longer by its size: it is replaced when it takes more. */
const PATIENCE_MS = 30_000
const SLOWEST_BYTES_PER_MS = 256

/** Makes the fragments of a column one at a time: each is freed before the next is made. */
async function* fragmentsOf(
  { ctx, encoder }: ColumnDeps,
  { layout, path, index }: Column,
): AsyncGenerator<PutFragment, void> {
  for (const [segment, length] of segmentLengths(layout.fileSize).entries()) {
    const place = { path, offset: segment * SEGMENT_SIZE, length }
    const data = await encoder.fragment(place, index - 1)
    const fragmentId = layout.segments[segment]!.fragmentList[index - 1]!
    const fileId = layout.fileId
    const size = data.length
    yield { header: { fileId, segment, index, fragmentId, size, dealer: ctx.account }, data }
    encoder.recycle(data)
    ctx.metrics.placed.inc(size)
  }
}

async function send(deps: ColumnDeps, column: Column): Promise<void> {
  const { ctx, miners, client, memory } = deps
  const sizes = segmentLengths(column.layout.fileSize).map(fragmentSize)
  const bytes = sizes.reduce((sum, size) => sum + size, 0)
  const patience = PATIENCE_MS + bytes / SLOWEST_BYTES_PER_MS
  const late = (): Error =>
    new NetworkError('TIMEOUT', `the miner did not take its column in ${Math.round(patience)} ms`)
  const results = await miners.exchange(column.miner, 'put', async (peer) => {
    // For the whole column and before the stream is opened: the miner must not wait for our memory.
    const slot = await memory.take(sizes[0]!, ctx.signal)
    const limit = deadline(ctx.clock, patience, late, ctx.signal)
    try {
      return await client.put(peer, fragmentsOf(deps, column), limit.signal)
    } finally {
      limit.end()
      slot.free()
    }
  })
  const refusal = results.find((result) => result.refusal)?.refusal
  if (refusal) throw refusal
}

/** The miner's signature for its column, checked: a wrong one would make the chain refuse all twelve. */
async function fetchReceipt({ ctx, miners, client }: ColumnDeps, column: Column) {
  const { fileId } = column.layout
  const receipt = await miners.exchange(column.miner, 'receipt', (peer) =>
    client.receipt(peer, fileId),
  )
  const key = fromHex(column.miner)
  const payload = receiptPayload(fromHex(ctx.chain.genesisHash), fileId, column.index, key)
  if (receipt.miner !== column.miner || !sr25519Verify(receipt.signature, payload, key))
    throw new StorageRefusal('Invalid', 'the receipt of the miner is not signed by its account')
  return receipt.signature
}

/** Brings a column to its miner and returns the miner's receipt for it. @throws StorageRefusal, NetworkError */
export async function deliver(deps: ColumnDeps, column: Column): Promise<Uint8Array> {
  await send(deps, column)
  return fetchReceipt(deps, column)
}
