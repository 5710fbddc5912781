import { type Hash, utf8 } from '@cess/bytes'
import { Chain, createTransactionPool, type TransactionPool } from '@cess/chain'
import { MemoryStore, VirtualClock } from '@cess/ports'
import type { DigestItem, Extrinsic, Header, StateKey } from '@cess/primitives'
import {
  type AccessOptions,
  createRpcServer,
  type RpcLimits,
  type RpcServer,
  type RpcServices,
} from '../../src/index.ts'
import { type Recorded, recordMetrics } from './metrics.ts'
import { createToyHost } from './toy-runtime.ts'

const GENESIS: readonly (readonly [StateKey, Uint8Array])[] = [
  ['counter', Uint8Array.of(0, 0, 0, 0)],
  [':code', utf8('a blob that is longer than the thirty-two bytes that trie nodes inline')],
  ['map:a', Uint8Array.of(1)],
  ['map:b', Uint8Array.of(2, 2)],
  ['map:c', Uint8Array.of(3, 3, 3)],
].map(([key, value]) => [key as StateKey, value as Uint8Array])

const ENGINE = utf8('TEST')
const log = (type: 'PreRuntime' | 'Seal', byte: number): DigestItem => ({
  type,
  value: [ENGINE, Uint8Array.of(byte)],
})

export interface Grow {
  readonly parent?: Hash
  readonly transactions?: Iterable<Extrinsic>
  /** Tells blocks with the same content apart. */
  readonly salt?: number
  readonly weight?: number
}

export interface Kit {
  readonly chain: Chain
  readonly pool: TransactionPool
  readonly clock: VirtualClock
  readonly services: RpcServices
  /** Builds a block, of what the pool has unless told otherwise, and imports it. */
  grow(options?: Grow): Promise<Hash>
  serve(options?: ServeOptions): Promise<Served>
  close(): Promise<void>
}

export interface ServeOptions extends Partial<AccessOptions> {
  readonly limits?: Partial<RpcLimits>
  readonly services?: Partial<RpcServices>
}

export interface Served {
  readonly server: RpcServer
  readonly metrics: Recorded
  /** Sockets that the server holds open. */
  sockets(transport: 'http' | 'ws'): number
  readonly port: number
  readonly http: string
  readonly ws: string
}

function stubServices(chain: Chain, pool: TransactionPool): RpcServices {
  return {
    chain,
    pool,
    network: {
      peerId: '12D3KooWToy',
      addresses: () => ['/ip4/127.0.0.1/tcp/30333/p2p/12D3KooWToy'],
      peers: () => [
        { peerId: '12D3KooWPeer', roles: 'FULL', bestHash: chain.genesisHash, bestNumber: 0 },
      ],
    },
    sync: { status: () => ({ state: 'idle', best: chain.info().bestNumber, target: 0 }) },
    spec: {
      name: 'Toy Network',
      chainType: 'Local',
      properties: { ss58Format: 11330, tokenDecimals: 18, tokenSymbol: 'TCESS' },
    },
    implementation: { name: 'toy-node', version: '1.2.3' },
    role: 'Full',
  }
}

/** A real chain and pool over the toy runtime, on virtual time. */
export async function openKit(pruning: number | 'archive' = 'archive'): Promise<Kit> {
  const chain = await Chain.open({
    store: new MemoryStore(),
    host: createToyHost(),
    genesis: GENESIS,
    pruning,
  })
  const clock = new VirtualClock()
  const pool = createTransactionPool({ chain, clock })
  const services = stubServices(chain, pool)
  const servers: RpcServer[] = []
  return {
    chain,
    pool,
    clock,
    services,
    async grow(options = {}) {
      const { parent = chain.info().bestHash, salt = 0, weight = 1 } = options
      const transactions = options.transactions ?? pool.pending()
      const { header, body, changes } = await chain.buildBlock({
        parent,
        preDigests: [log('PreRuntime', salt)],
        inherentData: new Map([['timstap0', new Uint8Array(8).fill(salt)]]),
        transactions,
        shouldStop: () => false,
      })
      const sealed: Header = {
        ...header,
        digest: { logs: [...header.digest.logs, log('Seal', 0)] },
      }
      const { hash } = await chain.importBlock({
        origin: 'own',
        header: sealed,
        body,
        changes,
        weight,
      })
      return hash
    },
    async serve(options = {}) {
      const metrics = recordMetrics()
      const server = createRpcServer({
        host: '127.0.0.1',
        port: 0,
        methods: 'auto',
        clock,
        metrics,
        ...options,
        services: { ...services, ...options.services },
      })
      servers.push(server)
      const { port } = await server.start()
      return {
        server,
        metrics,
        sockets: (transport) => metrics.value('cess_rpc_connections', { transport }),
        port,
        http: `http://127.0.0.1:${port}`,
        ws: `ws://127.0.0.1:${port}`,
      }
    },
    async close() {
      for (const server of servers) await server.stop()
      pool.close()
      await chain.close()
    },
  }
}
