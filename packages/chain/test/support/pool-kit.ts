import type { Hash } from '@cess/bytes'
import { VirtualClock } from '@cess/ports'
import type { Extrinsic } from '@cess/primitives'
import { createTransactionPool, type PoolLimits, type TxStatus } from '../../src/index.ts'
import { type Grow, grow, openKit } from './chain-kit.ts'
import { account, type ToyTransaction, transfer } from './toy-runtime.ts'

export const alice = account(1)
export const bob = account(2)

/** A transaction of account `n`. */
export const tx = (n: number, nonce: number, more: Partial<ToyTransaction> = {}): Extrinsic =>
  transfer({ account: account(n), nonce, ...more })

/** A chain with a pool on it, and everything the pool says. */
export async function openPool(limits: Partial<PoolLimits> = {}) {
  const kit = await openKit()
  const clock = new VirtualClock()
  const pool = createTransactionPool({ chain: kit.chain, clock, limits })
  const statuses = new Map<string, TxStatus[]>()
  const announced: Extrinsic[] = []
  pool.onImported((transaction) => announced.push(transaction.extrinsic))
  return {
    ...kit,
    clock,
    pool,
    announced,
    submit: (...extrinsics: readonly Extrinsic[]): Promise<Hash[]> =>
      Promise.all(extrinsics.map((extrinsic) => pool.submit(extrinsic, 'External'))),
    async watch(extrinsic: Extrinsic): Promise<Hash> {
      const said: TxStatus[] = []
      statuses.set(extrinsic.toHex(), said)
      const { hash } = await pool.watch(extrinsic, 'Local', (status) => said.push(status))
      return hash
    },
    /** Names of the statuses that a watched transaction has had. */
    said: (extrinsic: Extrinsic): string[] =>
      statuses.get(extrinsic.toHex())!.map((status) => status.type),
    full: (extrinsic: Extrinsic): TxStatus[] => statuses.get(extrinsic.toHex())!,
    /** A block with everything that is ready, or with what `options` say; then all that follows from it. */
    async block(options: Grow = {}) {
      const grown = await grow(kit.chain, { transactions: pool.pending(), ...options })
      await pool.settled()
      return grown
    },
  }
}

/** Which of these extrinsics are pending, by their place in the list. */
export const order = (pending: readonly Extrinsic[], all: readonly Extrinsic[]): number[] =>
  pending.map((one) => all.findIndex((other) => other.toHex() === one.toHex()))
