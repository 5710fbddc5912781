import type { Hash } from '@cess/bytes'
import type { Extrinsic, TransactionSource } from '@cess/primitives'
import { POOL_ERROR, PoolError } from './errors.ts'
import { VERIFY_BATCH } from './limits.ts'
import { admit, type PoolState } from './state.ts'
import { extrinsicHash, validate } from './validate.ts'

interface Waiting {
  readonly hash: Hash
  readonly extrinsic: Extrinsic
  readonly source: TransactionSource
  /** Called right before it enters the pool; returns how to undo that. */
  readonly entering: (hash: Hash) => () => void
  readonly resolve: (hash: Hash) => void
  readonly reject: (error: unknown) => void
}

/** Submissions on their way in. Those that arrive while others are verified are verified together. */
export interface Intake {
  submit(
    extrinsic: Extrinsic,
    source: TransactionSource,
    entering?: Waiting['entering'],
  ): Promise<Hash>
  close(): void
}

const closedError = (): PoolError =>
  new PoolError(POOL_ERROR.OTHER, 'The transaction pool is closed; the node is shutting down.')

const alreadyImported = (hash: Hash): PoolError =>
  new PoolError(
    POOL_ERROR.ALREADY_IMPORTED,
    'Transaction Already Imported',
    `The transaction ${hash} is in the pool already.`,
  )

export function createIntake(state: PoolState): Intake {
  const { bans, chain, graph, limits, queue } = state
  let waiting: Waiting[] = []
  let waitingBytes = 0
  const verifying = new Set<Hash>()
  let scheduled = false
  let closed = false

  function check(hash: Hash, extrinsic: Extrinsic): void {
    if (closed) throw closedError()
    if (extrinsic.length > limits.extrinsicBytes)
      throw new PoolError(
        POOL_ERROR.INVALID,
        'Invalid Transaction',
        'Transaction would exhaust the block limits',
      )
    if (graph.get(hash) || verifying.has(hash)) throw alreadyImported(hash)
    if (bans.has(hash)) throw new PoolError(POOL_ERROR.BANNED, 'Transaction is temporarily banned')
    if (verifying.size >= limits.count || waitingBytes + extrinsic.length > limits.bytes)
      throw new PoolError(
        POOL_ERROR.IMMEDIATELY_DROPPED,
        'Immediately Dropped',
        'Too many transactions wait for verification; send it again later.',
      )
  }

  function enter({ hash, extrinsic, source, entering }: Waiting): void {
    // A resubmission after a reorganization may have been faster.
    if (graph.get(hash)) throw alreadyImported(hash)
    const verdict = validate(chain, chain.info().bestHash, source, extrinsic)
    const undo = entering(hash)
    try {
      admit(state, hash, extrinsic, source, verdict)
    } catch (error) {
      undo()
      throw error
    }
  }

  async function verifyBatch(): Promise<void> {
    scheduled = false
    const batch = waiting.splice(0, VERIFY_BATCH)
    if (waiting.length > 0) schedule()
    await chain.prepare(
      chain.info().bestHash,
      batch.map((one) => one.extrinsic),
    )
    for (const one of batch) {
      verifying.delete(one.hash)
      waitingBytes -= one.extrinsic.length
      try {
        if (closed) throw closedError()
        enter(one)
        one.resolve(one.hash)
      } catch (error) {
        one.reject(error)
      }
    }
  }

  function schedule(): void {
    if (scheduled) return
    scheduled = true
    void queue.run(verifyBatch)
  }

  return {
    async submit(extrinsic, source, entering = () => () => undefined) {
      const hash = extrinsicHash(extrinsic)
      check(hash, extrinsic)
      verifying.add(hash)
      waitingBytes += extrinsic.length
      return new Promise<Hash>((resolve, reject) => {
        waiting.push({ hash, extrinsic, source, entering, resolve, reject })
        schedule()
      })
    },
    close() {
      closed = true
      for (const one of waiting) one.reject(closedError())
      waiting = []
    },
  }
}
