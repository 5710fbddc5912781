import { utf8 } from '@cess/bytes'
import { SeededRandom, VirtualClock } from '@cess/ports'
import {
  accountFromUri,
  accountOf,
  createGatewayClient,
  type GatewayClient,
} from '../../src/index.ts'
import { GATEWAY, testChain } from './chain.ts'
import { fetchOf } from './fetch.ts'
import { testGateway } from './gateway.ts'

export const DAVE = accountFromUri('//Dave')
export const EVE = accountFromUri('//Eve')

/** A chain with twelve miners and a gateway; Dave has a GiB and lets the gateway act for him. Time is virtual. */
export function startKit(streams = false) {
  const clock = new VirtualClock()
  const random = new SeededRandom(1)
  const chain = testChain()
  chain.populate()
  chain.submit(
    DAVE.pair,
    chain.tx.StorageHandler.mint_territory({
      territoryName: utf8('default'),
      gibCount: 1,
      days: 30,
    }),
  )
  chain.submit(DAVE.pair, chain.tx.Oss.authorize({ operator: accountOf(GATEWAY) }))
  const gateway = testGateway(chain, clock)
  const client: GatewayClient = createGatewayClient({
    url: 'http://gateway.test',
    clock,
    random,
    fetch: fetchOf(gateway),
    streams,
  })
  return { clock, random, chain, gateway, client }
}
export type Kit = ReturnType<typeof startKit>

/** Lets virtual time pass until the work is done, so that nothing waits. */
export async function inTime<T>(clock: VirtualClock, work: Promise<T>): Promise<T> {
  let settled = false
  const done = work.finally(() => {
    settled = true
  })
  done.catch(() => undefined)
  for (let i = 0; !settled && i < 100_000; i++) await clock.advance(200)
  return done
}

/** Bytes that look random, and are the same every time. */
export function content(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length)
  let x = (seed * 2_654_435_761) >>> 0 || 1
  for (let i = 0; i < length; i++) {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    bytes[i] = x
  }
  return bytes
}
