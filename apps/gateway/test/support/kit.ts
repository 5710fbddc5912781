import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AccountId, toHex, utf8 } from '@cess/bytes'
import type { Clock, Logger } from '@cess/ports'
import { silentLogger, systemClock } from '@cess/ports'
import { type Gateway, type GatewaySettings, startGateway } from '../../src/index.ts'
import { key, type TestChain, testChain } from './chain.ts'
import type { Signing } from './client.ts'
import { startMiners, type TestMiner } from './miner.ts'

export const DAVE = key('//Dave')
export const EVE = key('//Eve')
export const GATEWAY = key('//Gateway')

export interface Kit {
  readonly chain: TestChain
  readonly miners: TestMiner[]
  readonly data: string
  readonly dave: Signing
  gateway: Gateway
  /** Starts the gateway again on the same data. */
  restart(settings?: Partial<GatewaySettings>): Promise<void>
  stop(): Promise<void>
}

export interface KitOptions {
  readonly miners?: number
  readonly settings?: Partial<GatewaySettings>
  readonly clock?: Clock
  readonly logger?: Logger
  /** Whether Dave has space and has authorised the gateway. */
  readonly ready?: boolean
}

/** A network of one gateway and some miners on a chain in memory. */
export async function startKit({
  miners: count = 12,
  settings = {},
  clock = systemClock,
  logger = silentLogger,
  ready = true,
}: KitOptions = {}): Promise<Kit> {
  const chain = testChain()
  const miners = await startMiners(chain, count)
  const data = await mkdtemp(join(tmpdir(), 'cess-gateway-test-'))
  const launch = (more: Partial<GatewaySettings> = {}): Promise<Gateway> =>
    startGateway(
      {
        data,
        node: [],
        port: 0,
        listenHost: '127.0.0.1',
        encodeThreads: 1,
        tagThreads: 1,
        ...settings,
        ...more,
      },
      { pair: GATEWAY, chain: chain.client, clock, logger },
    )
  const gateway = await launch()
  if (ready) await prepare(chain, gateway.account)
  const kit: Kit = {
    chain,
    miners,
    data,
    dave: { pair: DAVE, gateway: gateway.address },
    gateway,
    async restart(more) {
      await kit.gateway.stop()
      kit.gateway = await launch(more)
    },
    async stop() {
      await kit.gateway.stop()
      await Promise.all(miners.map((miner) => miner.stop()))
      await rm(data, { recursive: true, force: true })
    },
  }
  return kit
}

/** Gives Dave a GiB and lets the gateway act for him. */
export async function prepare(chain: TestChain, gateway: AccountId): Promise<void> {
  const name = { territoryName: utf8('default') }
  await chain.submit(
    DAVE,
    chain.tx.StorageHandler.mint_territory({ ...name, gibCount: 1, days: 30 }),
  )
  await chain.submit(DAVE, chain.tx.Oss.authorize({ operator: gateway }))
}

export const daveAccount = toHex(DAVE.publicKey) as AccountId

/** Waits until something is so; the test's time limit ends it otherwise. */
export async function eventually<T>(
  ask: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (answer !== undefined && answer !== false) return answer
    await systemClock.sleep(20)
  }
}
