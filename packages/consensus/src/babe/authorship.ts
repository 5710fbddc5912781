import { u64le } from '@cess/bytes'
import type { Chain, ImportResult } from '@cess/chain'
import { blake2b256, type Sr25519Pair } from '@cess/crypto'
import type { Clock, Logger, Timer } from '@cess/ports'
import {
  BABE_ENGINE,
  babePreDigest,
  type Extrinsic,
  type Header,
  header as headerCodec,
} from '@cess/primitives'
import { encode } from '@cess/scale'
import { claimSlot } from './claim.ts'
import { epochFor, preDigestOf } from './verify.ts'

export interface AuthorshipDeps {
  readonly chain: Pick<Chain, 'info' | 'header' | 'call' | 'buildBlock' | 'importBlock'>
  readonly pool: { ready(): Iterable<{ readonly extrinsic: Extrinsic }> }
  readonly keys: readonly Sr25519Pair[]
  readonly clock: Clock
  readonly logger: Logger
  readonly slotMs: number
  /** Whether the node is far behind: then it authors nothing. */
  readonly isSyncing: () => boolean
  readonly announce: (header: Header) => void
}

/** Authors a block in every slot that one of the keys may take: two thirds of the slot to fill it, none when it is missed. */
export function createAuthorship(deps: AuthorshipDeps): { start(): void; stop(): void } {
  const { clock, slotMs, logger } = deps
  let running = false
  let busy = false
  let timer: Timer | undefined

  /** Waits for the next slot, or goes on waiting when the timer fires a little early. */
  function schedule(slot = Math.floor(clock.now() / slotMs) + 1): void {
    timer = clock.after(slot * slotMs - clock.now(), () => {
      if (clock.now() < slot * slotMs) return schedule(slot)
      schedule()
      if (busy) return
      busy = true
      author(deps, Math.floor(clock.now() / slotMs), () => running)
        .catch((error: unknown) => logger.error({ slot, error }, 'Authoring a block failed.'))
        .finally(() => {
          busy = false
        })
    })
  }
  return {
    start() {
      if (running) return
      running = true
      schedule()
    },
    stop() {
      running = false
      timer?.cancel()
    },
  }
}

async function author(
  deps: AuthorshipDeps,
  slotNumber: number,
  running: () => boolean,
): Promise<ImportResult | undefined> {
  const { chain, clock, slotMs } = deps
  if (deps.isSyncing()) return undefined
  const slot = BigInt(slotNumber)
  const end = (slotNumber + 1) * slotMs
  const parent = chain.info().bestHash
  const parentHeader = chain.header(parent)
  if (!parentHeader) return undefined
  if (parentHeader.number > 0 && preDigestOf(parentHeader).value.slot >= slot) return undefined
  const claim = claimSlot(epochFor(chain, parent, slot), slot, deps.keys)
  if (!claim) return undefined
  const budget = slotNumber * slotMs + (slotMs * 2) / 3
  const built = await chain.buildBlock({
    parent,
    preDigests: [
      { type: 'PreRuntime', value: [BABE_ENGINE, encode(babePreDigest, claim.preDigest)] },
    ],
    inherentData: new Map([
      ['timstap0', u64le(BigInt(Math.floor(clock.now())))],
      ['babeslot', u64le(slot)],
    ]),
    transactions: extrinsics(deps.pool.ready()),
    shouldStop: () => !running() || clock.now() >= budget,
  })
  if (!running() || clock.now() >= end) return undefined
  const seal = claim.pair.sign(blake2b256(encode(headerCodec, built.header)))
  const logs = [
    ...built.header.digest.logs,
    { type: 'Seal' as const, value: [BABE_ENGINE, seal] as [Uint8Array, Uint8Array] },
  ]
  const header: Header = { ...built.header, digest: { logs } }
  const weight = claim.preDigest.type === 'Primary' ? 1 : 0
  const { body, changes } = built
  const result = await chain.importBlock({ origin: 'own', header, body, changes, weight })
  if (result.status === 'imported') deps.announce(header)
  return result
}

function* extrinsics(ready: Iterable<{ readonly extrinsic: Extrinsic }>): Iterable<Extrinsic> {
  for (const { extrinsic } of ready) yield extrinsic
}
