import { type Hash, utf8 } from '@cess/bytes'
import { Chain, createTransactionPool, type ImportBlock, type TransactionPool } from '@cess/chain'
import { ROLE } from '@cess/network'
import { MemoryStore, SeededRandom, silentLogger, VirtualClock } from '@cess/ports'
import type { Extrinsic, Header, StateKey } from '@cess/primitives'
import { createSync, type Finality, type Sync } from '../../src/index.ts'
import { fakeNetworks, type Part } from './fake-network.ts'
import { toyHost } from './toy-runtime.ts'

export interface Node {
  readonly id: string
  readonly chain: Chain
  readonly pool: TransactionPool
  readonly sync: Sync
}

export const openChain = (genesis = 'one network'): Promise<Chain> =>
  Chain.open({
    store: new MemoryStore(),
    host: toyHost(),
    genesis: [['name' as StateKey, utf8(genesis)]],
    pruning: 'archive',
  })

export class ConsensusFault extends Error {
  readonly code: string
  constructor(code: string) {
    super(`the block is refused: ${code}`)
    this.code = code
  }
}

/** Stands for consensus: the first log is `weight ‖ salt`; a weight of 255 is a bad seal. */
export function verify(
  header: Header,
  body: readonly Extrinsic[],
  origin: ImportBlock['origin'],
): ImportBlock {
  const log = header.digest.logs[0]
  const weight = log?.type === 'Other' ? log.value[0]! : 0
  if (weight === 255) throw new ConsensusFault('BAD_SEAL')
  return { origin, header, body, weight }
}

export interface Grow {
  readonly parent?: Hash
  readonly weight?: number
  readonly salt?: number
  readonly transactions?: readonly Extrinsic[]
}

/** A block that was not imported. */
export async function forge(chain: Chain, options: Grow = {}) {
  const { parent = chain.info().bestHash, weight = 1, salt = 0 } = options
  const { header, body } = await chain.buildBlock({
    parent,
    preDigests: [{ type: 'Other', value: Uint8Array.of(weight, salt) }],
    inherentData: new Map([['timstap0', new Uint8Array(8).fill(salt)]]),
    transactions: options.transactions ?? [],
    shouldStop: () => false,
  })
  return { header, body }
}

/** One block after the other; their hashes. */
export async function grow(
  chain: Chain,
  count: number,
  options: Grow & { readonly origin?: ImportBlock['origin'] } = {},
): Promise<Hash[]> {
  const hashes: Hash[] = []
  let parent = options.parent ?? chain.info().bestHash
  for (let i = 0; i < count; i++) {
    const { header, body } = await forge(chain, { ...options, parent })
    const block = { ...verify(header, body, options.origin ?? 'own') }
    const { hash } = await chain.importBlock(block)
    hashes.push(hash)
    parent = hash
  }
  return hashes
}

export function world(seed = 1) {
  const clock = new VirtualClock()
  const networks = fakeNetworks(clock, new SeededRandom(seed))
  const nodes = new Map<string, Node>()
  async function add(
    id: string,
    options: {
      readonly genesis?: string
      readonly finality?: (chain: Chain) => Finality
      readonly role?: number
    } = {},
  ): Promise<Node> {
    const chain = await openChain(options.genesis)
    const network: Part = networks.create(id)
    const pool = createTransactionPool({ chain, clock })
    const sync = createSync({
      chain,
      network,
      pool,
      clock,
      logger: silentLogger,
      verify,
      role: options.role ?? ROLE.full,
      ...(options.finality && { finality: options.finality(chain) }),
    })
    sync.start()
    const node = { id, chain, pool, sync }
    nodes.set(id, node)
    return node
  }
  return {
    clock,
    networks,
    add,
    costs: (by: string, peer: string): number =>
      networks.reports
        .filter((r) => r.by === by && r.peer === peer)
        .reduce((sum, r) => sum + Math.min(0, r.change), 0),
    /** Lets time pass until it is so, or a minute has gone by. */
    async until(done: () => boolean, ms = 60_000): Promise<void> {
      const end = clock.now() + ms
      while (!done() && clock.now() < end) {
        await clock.advance(50)
        // Imports take turns of the event loop that no timer counts.
        for (let i = 0; i < 50 && !done(); i++) await new Promise((r) => setImmediate(r))
      }
    },
    async stop(): Promise<void> {
      for (const { sync, pool, chain } of nodes.values()) {
        await sync.stop()
        pool.close()
        await chain.close()
      }
    },
  }
}
