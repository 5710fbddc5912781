import type { Hash } from '@cess/bytes'
import type { Origin } from '@cess/chain'
import type { Clock, Logger } from '@cess/ports'
import type { Finality, SyncChain, SyncDeps } from './api.ts'
import type { Cost } from './costs.ts'
import type { Fetched } from './wire.ts'

/** What became of a batch. `ours`: the fault is not the sender's. */
type ImportOutcome = 'imported' | 'bad' | 'early' | 'ended' | 'ours'

export interface Importer {
  /**
   * Imports blocks, parents first, one batch after the other; stops at the first that cannot be, or when they
   * are not wanted any more.
   */
  run(blocks: readonly Fetched[], origin: Origin, isWanted?: () => boolean): Promise<ImportOutcome>
  /** Checks a proof and finalizes by it. */
  prove(hash: Hash, justification: Uint8Array, from: string): Promise<void>
  stop(): Promise<void>
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined

/** Faults that only a cheat or broken software commits. */
const BAD = new Set<unknown>([
  'BAD_BLOCK',
  'BAD_PRE_DIGEST',
  'BAD_SEAL',
  'BAD_VRF',
  'NOT_SLOT_AUTHOR',
  'SLOT_NOT_INCREASING',
  'UNKNOWN_AUTHORITY',
])

export function createImporter(deps: {
  readonly chain: SyncChain
  readonly finality: Finality | undefined
  readonly clock: Clock
  readonly logger: Logger
  readonly verify: SyncDeps['verify']
  charge(peer: string, what: Cost): void
}): Importer {
  const { chain, finality, logger, charge } = deps
  let tail: Promise<unknown> = Promise.resolve()
  let stopped = false

  async function prove(hash: Hash, justification: Uint8Array, from: string): Promise<void> {
    try {
      await finality?.importJustification(hash, justification)
    } catch (error) {
      if (codeOf(error) === 'BAD_JUSTIFICATION') charge(from, 'badJustification')
      // Others wait for the proof of an earlier block, which `wanted` asks for.
      else logger.debug({ hash, error }, 'A finality proof was not used.')
    }
  }

  async function importOne(block: Fetched, origin: Origin): Promise<ImportOutcome> {
    const { hash, header, body, justification, from } = block
    try {
      if (!chain.header(hash)) await chain.importBlock(deps.verify(header, body, origin))
    } catch (error) {
      const code = codeOf(error)
      if (code === 'SLOT_IN_FUTURE') return 'early'
      if (code === 'FINALIZED_FORK') {
        charge(from, 'endedFork')
        return 'ended'
      }
      const details = { block: header.number, hash, peer: from, error }
      if (BAD.has(code)) {
        logger.warn(details, 'A peer sent a bad block.')
        charge(from, 'badBlock')
        return 'bad'
      }
      logger.warn(details, 'A block could not be imported.')
      return 'ours'
    }
    if (justification) await prove(hash, justification, from)
    return 'imported'
  }

  return {
    run(blocks, origin, isWanted = () => true) {
      const result = tail.then(async () => {
        for (const block of blocks) {
          if (stopped || !isWanted()) return 'ours'
          const outcome = await importOne(block, origin)
          if (outcome !== 'imported') return outcome
        }
        return 'imported' as const
      })
      tail = result
      return result
    },
    prove,
    async stop() {
      stopped = true
      await tail
    },
  }
}
