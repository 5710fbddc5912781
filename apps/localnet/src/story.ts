import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { systemClock } from '@cess/ports'
import type { ChainClient } from '@cess/sdk'
import type { Cess } from './cess.ts'
import type { LocalNetwork } from './network.ts'
import type { Steps } from './steps.ts'

/** What the steps of `--once` work with. */
export interface Story {
  readonly file: string
  readonly network: LocalNetwork
  readonly chain: ChainClient
  readonly user: Cess
  readonly stranger: Cess
  readonly out: string
  readonly steps: Steps
}

const POLL_MS = 1_000

export async function digest(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

/** Asks until the answer is there. */
export async function until<T>(
  what: string,
  ms: number,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  const end = systemClock.now() + ms
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (systemClock.now() > end) throw new Error(`${what} did not happen in ${ms / 1000} s.`)
    await systemClock.sleep(POLL_MS)
  }
}

/** Fails unless two files are equal. Returns their SHA-256. */
export async function sameBytes(one: string, other: string): Promise<string> {
  const [before, after] = await Promise.all([digest(one), digest(other)])
  if (before !== after) throw new Error(`The file came back changed: ${before} and ${after}.`)
  return before
}

/** Runs what has to fail, and with this code. */
export async function mustFail(cess: Cess, code: string, ...args: string[]): Promise<string> {
  const result = await cess.run(...args)
  const said = (result.json['error'] as { code?: string } | undefined)?.code
  if (result.code === 0 || said !== code)
    throw new Error(`cess ${args[0]} should fail with ${code}; it gave ${said ?? result.code}.`)
  return said
}
