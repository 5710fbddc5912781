import { fromHex, type Hash, toHex } from '@cess/bytes'
import type { KeyPair } from '@cess/crypto'
import { type RuntimeCall, stateKeyBytes } from '@cess/frame'
import type { Clock } from '@cess/ports'
import { decode } from '@cess/scale'
import { SdkError } from '../errors.ts'
import { createRpcClient, type RpcClient } from '../rpc/socket.ts'
import { tx } from './definitions.ts'
import { type ChainEvent, eventOf, eventsCodec } from './events.ts'
import { followHeads, type Head } from './follow.ts'
import { type ChainView, viewAt } from './reader.ts'
import { createSubmitter, type Included, type SubmitOptions } from './submit.ts'

export interface ChainOptions {
  /** `ws://` endpoints of nodes, tried in order. */
  readonly endpoints: readonly string[]
  readonly clock: Clock
  /** The network that must be there. @throws SdkError WRONG_CHAIN */
  readonly genesisHash?: Hash
}

/** A typed client of the chain. */
export interface ChainClient {
  readonly tx: typeof tx
  readonly rpc: RpcClient
  readonly genesisHash: Hash
  readonly chainName: string
  /** State after the last finalized block: what cannot change any more. */
  finalized(): Promise<ChainView>
  /** State after the best block, which may still change. */
  best(): Promise<ChainView>
  at(hash: Hash): ChainView
  header(hash: Hash): Promise<Head>
  finalizedHead(): Promise<Head>
  blockHash(number: number): Promise<Hash | undefined>
  events(hash: Hash): Promise<ChainEvent[]>
  /** Calls `listener` for every finalized block in order, from the next one on, through reconnections. Returns what ends it. */
  follow(listener: (head: Head) => void | Promise<void>): () => void
  /** Signs and submits a call and waits until it is in a block (or finalized). @throws CallFailed, SdkError REJECTED, EXPIRED */
  submit(pair: KeyPair, call: RuntimeCall, options?: SubmitOptions): Promise<Included>
  /** Fee of a call in balance units. */
  fee(pair: KeyPair, call: RuntimeCall): Promise<bigint>
  close(): void
}

interface RpcHeader {
  readonly number: string
  readonly parentHash: Hash
  readonly stateRoot: Hash
}

/** Connects to a node. @throws SdkError UNREACHABLE, WRONG_CHAIN */
export async function connectChain(options: ChainOptions): Promise<ChainClient> {
  const { clock } = options
  const rpc = createRpcClient(options)
  const genesisHash = (await rpc.request('chain_getBlockHash', [0])) as Hash
  if (options.genesisHash && options.genesisHash !== genesisHash) {
    rpc.close()
    throw new SdkError(
      'WRONG_CHAIN',
      `The node runs the network of genesis ${genesisHash}, and ${options.genesisHash} is expected. Name a node of the right network.`,
    )
  }
  const chainName = (await rpc.request('system_chain')) as string
  const header = async (hash: Hash): Promise<Head> => {
    const found = (await rpc.request('chain_getHeader', [hash])) as RpcHeader | null
    if (!found) throw new SdkError('NOT_FOUND', `The node does not have block ${hash}.`)
    return { hash, number: Number.parseInt(found.number, 16), parentHash: found.parentHash }
  }
  const finalizedHash = () => rpc.request('chain_getFinalizedHead') as Promise<Hash>
  const finalizedHead = async () => header(await finalizedHash())
  const blockHash = async (number: number) =>
    ((await rpc.request('chain_getBlockHash', [number])) as Hash | null) ?? undefined
  const at = (hash: Hash) => viewAt(rpc, hash)
  const events = async (hash: Hash): Promise<ChainEvent[]> => {
    const key = toHex(stateKeyBytes(at(hash).query.System.Events.key))
    const raw = (await rpc.request('state_getStorage', [key, hash])) as string | null
    return raw === null ? [] : decode(eventsCodec, fromHex(raw)).map(eventOf)
  }
  const base = { rpc, clock, genesisHash, header, finalizedHead, blockHash, events }
  const submitter = createSubmitter(base)
  const ends = new Set<() => void>()

  return {
    ...base,
    tx,
    chainName,
    at,
    finalized: async () => at(await finalizedHash()),
    best: async () => at((await rpc.request('chain_getBlockHash')) as Hash),
    follow(listener) {
      const end = followHeads(base, listener)
      ends.add(end)
      return () => {
        ends.delete(end)
        end()
      }
    },
    submit: submitter.submit,
    fee: submitter.fee,
    close() {
      for (const end of ends) end()
      rpc.close()
    },
  }
}
