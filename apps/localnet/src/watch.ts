import type { AccountId } from '@cess/bytes'
import { keyFromUri } from '@cess/crypto'
import { systemClock } from '@cess/ports'
import { accountOf, type ChainClient } from '@cess/sdk'
import { type Snapshot, takeSnapshot } from './snapshot.ts'
import { createScreen, render, size } from './view.ts'

const EVERY_MS = 1_000
const PLAIN_MS = 10_000

/** Names of the miners whose keys come from the development phrase. */
export const minerNames = (count: number): ReadonlyMap<AccountId, string> =>
  new Map(
    Array.from({ length: count }, (_, i) => [
      accountOf(keyFromUri(`//Miner//${i + 1}`)),
      `miner ${i + 1}`,
    ]),
  )

/** One line for logs. */
export function plainLine({ validators, miners, deals }: Snapshot): string {
  const heights = validators.map((row) =>
    'down' in row ? `${row.name} down` : `#${row.best}/#${row.finalized}`,
  )
  const passed = miners.filter((row) => row.audit?.result === 'Passed').length
  const bytes = miners.reduce((sum, row) => sum + row.bytes, 0n)
  return `blocks best/final ${heights.join(' ')}  miners ${miners.length}, ${passed} passed their last audit, ${size(bytes)} stored  deals ${deals.length}`
}

export interface WatchOptions {
  readonly clients: readonly ChainClient[]
  readonly endpoints: readonly (readonly [string, string])[]
  readonly miners: number
  readonly signal: AbortSignal
}

/** Shows the network until the signal: a live picture on a terminal, a line now and then elsewhere. */
export async function watch({ clients, endpoints, miners, signal }: WatchOptions): Promise<void> {
  const names = minerNames(miners)
  const started = systemClock.now()
  const live = process.stdout.isTTY
  const screen = createScreen(process.stdout)
  try {
    while (!signal.aborted) {
      const snapshot = await takeSnapshot(clients).catch(() => undefined)
      if (snapshot && live)
        screen.draw(render(snapshot, endpoints, names, systemClock.now() - started))
      else if (snapshot) process.stdout.write(`${plainLine(snapshot)}\n`)
      await systemClock.sleep(live ? EVERY_MS : PLAIN_MS, signal).catch(() => undefined)
    }
  } finally {
    screen.close()
  }
}
