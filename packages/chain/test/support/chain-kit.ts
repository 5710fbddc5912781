import { type Hash, utf8 } from '@cess/bytes'
import { type KeyValueStore, MemoryStore } from '@cess/ports'
import {
  type DigestItem,
  type Extrinsic,
  type Header,
  headerHash,
  type StateKey,
} from '@cess/primitives'
import { Chain, type ChainEvent, type ImportResult, type Origin } from '../../src/index.ts'
import { createToyHost, type ToyHost } from './toy-runtime.ts'

export const GENESIS: readonly (readonly [StateKey, Uint8Array])[] = [
  ['counter' as StateKey, Uint8Array.of(0, 0, 0, 0)],
  ['greeting' as StateKey, utf8('a value longer than the thirty-two bytes that trie nodes inline')],
]

export interface Grow {
  readonly parent?: Hash
  readonly transactions?: readonly Extrinsic[]
  readonly weight?: number
  /** Tells blocks with the same content apart. */
  readonly salt?: number
  readonly origin?: Origin
}

export interface Grown extends ImportResult {
  readonly header: Header
  readonly body: Extrinsic[]
}

const ENGINE = utf8('TEST')
const log = (type: 'PreRuntime' | 'Seal', byte: number): DigestItem => ({
  type,
  value: [ENGINE, Uint8Array.of(byte)],
})

/** A sealed block on `parent` that was not imported. */
export async function forge(
  chain: Chain,
  { parent = chain.info().bestHash, transactions = [], salt = 0 }: Grow = {},
) {
  const time = new Uint8Array(8).fill(salt)
  const { header, body, changes } = await chain.buildBlock({
    parent,
    preDigests: [log('PreRuntime', salt)],
    inherentData: new Map([['timstap0', time]]),
    transactions,
    shouldStop: () => false,
  })
  return { header: seal(header), body, changes }
}

export const seal = (header: Header): Header => ({
  ...header,
  digest: { logs: [...header.digest.logs, log('Seal', 0)] },
})

/** Builds a block and imports it: executed again, unless it is our own. */
export async function grow(chain: Chain, options: Grow = {}): Promise<Grown> {
  const { weight = 1, origin = 'network' } = options
  const { header, body, changes } = await forge(chain, options)
  const own = origin === 'own' ? { changes } : {}
  const result = await chain.importBlock({ origin, header, body, weight, ...own })
  return { ...result, header, body }
}

/** `count` blocks, one on the other; their hashes. */
export async function growLine(chain: Chain, count: number, options: Grow = {}): Promise<Hash[]> {
  const hashes: Hash[] = []
  let parent = options.parent ?? chain.info().bestHash
  for (let i = 0; i < count; i++) {
    const { hash } = await grow(chain, { ...options, parent })
    hashes.push(hash)
    parent = hash
  }
  return hashes
}

export interface Kit {
  readonly chain: Chain
  readonly host: ToyHost
  readonly store: KeyValueStore
  readonly events: ChainEvent[]
}

export async function openKit(
  store: KeyValueStore = new MemoryStore(),
  pruning: number | 'archive' = 'archive',
): Promise<Kit> {
  const host = createToyHost()
  const chain = await Chain.open({ store, host, genesis: GENESIS, pruning })
  const events: ChainEvent[] = []
  chain.subscribe((event) => events.push(event))
  return { chain, host, store, events }
}

export const counter = (chain: Chain, at: Hash = chain.info().bestHash): number =>
  chain.call(at, 'Toy_counter', new Uint8Array())[0]!

export { headerHash }
