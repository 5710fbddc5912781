import type { Chain, TransactionPool, TxStatus } from '@cess/chain'
import { POOL_ERROR, PoolError } from '@cess/chain'
import type { Extrinsic } from '@cess/primitives'
import { bytes, decode, ScaleError } from '@cess/scale'
import { invalidParams } from '../errors.ts'
import { type Connection, type Methods, type Subscription, subscription } from '../method.ts'
import type { RpcServices } from '../services.ts'
import { onBest } from './blocks.ts'

/** Broadcasts of one connection. */
const MAX_BROADCASTS = 16

const SETTLED: ReadonlySet<TxStatus['type']> = new Set(['finalized', 'finalityTimeout', 'usurped'])
const GONE: ReadonlySet<TxStatus['type']> = new Set(['dropped', 'invalid'])

/** Keeps a transaction in the pool until it is final; what is not valid yet is tried again with each best block. */
function broadcast(chain: Chain, pool: TransactionPool, extrinsic: Extrinsic): () => void {
  let state: 'outside' | 'inside' | 'over' = 'outside'
  const isNow = (asked: typeof state): boolean => state === asked
  let cancel = (): void => undefined
  const stop = (): void => {
    state = 'over'
    unsubscribe()
    cancel()
  }
  const follow = ({ type }: TxStatus): void => {
    if (SETTLED.has(type)) stop()
    else if (GONE.has(type) && isNow('inside')) state = 'outside'
  }
  async function attempt(): Promise<void> {
    if (!isNow('outside')) return
    state = 'inside'
    try {
      const watch = await pool.watch(extrinsic, 'External', follow)
      if (isNow('over')) watch.cancel()
      else cancel = watch.cancel
    } catch {
      // Whatever was wrong with it may pass: another block, another try.
      if (isNow('inside')) state = 'outside'
    }
  }
  const unsubscribe = onBest(chain, () => void attempt())
  void attempt()
  return stop
}

const blockJson = ({ block, index }: { block: string; index: number }) => ({ hash: block, index })

/** The event of a status; `undefined` when the specification has none. */
function eventOf(status: TxStatus): unknown {
  switch (status.type) {
    case 'future':
    case 'ready':
      return { event: 'validated' }
    case 'broadcast':
      return undefined
    case 'inBlock':
      return { event: 'bestChainBlockIncluded', block: blockJson(status) }
    case 'retracted':
      return { event: 'bestChainBlockIncluded', block: null }
    case 'finalized':
      return { event: 'finalized', block: blockJson(status) }
    case 'finalityTimeout':
      return { event: 'dropped', error: 'The block was not finalized in time' }
    case 'usurped':
      return { event: 'invalid', error: `Extrinsic was usurped by another: ${status.by}` }
    case 'dropped':
      return { event: 'dropped', error: 'Extrinsic dropped from the pool due to exceeding limits' }
    case 'invalid':
      return { event: 'invalid', error: 'Extrinsic marked as invalid' }
  }
}

const INVALID: ReadonlySet<number> = new Set([
  POOL_ERROR.VERIFICATION,
  POOL_ERROR.INVALID,
  POOL_ERROR.UNKNOWN_VALIDITY,
])

function refusal(error: unknown): unknown {
  if (error instanceof ScaleError)
    return { event: 'invalid', error: 'Extrinsic bytes cannot be decoded' }
  if (!(error instanceof PoolError)) throw error
  const why = error.data === undefined ? error.message : `${error.message}: ${error.data}`
  if (error.code === POOL_ERROR.IMMEDIATELY_DROPPED) return { event: 'dropped', error: why }
  return { event: INVALID.has(error.code) ? 'invalid' : 'error', error: why }
}

async function watch(pool: TransactionPool, sub: Subscription, raw: Uint8Array): Promise<void> {
  let isValidated = false
  const tell = (status: TxStatus): void => {
    const event = eventOf(status)
    const repeats = isValidated && (status.type === 'ready' || status.type === 'future')
    isValidated = true
    if (event && !repeats) sub.push(event)
    if (SETTLED.has(status.type) || GONE.has(status.type)) sub.close()
  }
  try {
    const { cancel } = await pool.watch(decode(bytes, raw), 'External', (status) =>
      // After all else that hears of the block: the client is to know the block first.
      queueMicrotask(() => tell(status)),
    )
    sub.onClose(cancel)
  } catch (error) {
    sub.push(refusal(error))
    sub.close()
  }
}

/** Transactions, in the names of the new JSON-RPC specification. */
export function transactionMethods({ chain, pool }: RpcServices): Methods {
  const broadcasts = new WeakMap<Connection, Map<string, () => void>>()
  let ids = 0
  const broadcastsOf = (connection: Connection): Map<string, () => void> => {
    const known = broadcasts.get(connection)
    if (known) return known
    const made = new Map<string, () => void>()
    broadcasts.set(connection, made)
    connection.onClose(() => {
      for (const stop of made.values()) stop()
    })
    return made
  }
  return {
    transaction_v1_broadcast: {
      run(params, caller) {
        const raw = params.bytes(0, 'transaction')
        const running = broadcastsOf(caller.connection())
        if (running.size >= MAX_BROADCASTS) return null
        const id = `tx${++ids}`
        let stop = (): void => undefined
        try {
          stop = broadcast(chain, pool, decode(bytes, raw))
        } catch (error) {
          // The specification has it broadcast in vain.
          if (!(error instanceof ScaleError)) throw error
        }
        running.set(id, stop)
        return id
      },
    },
    transaction_v1_stop: {
      run(params, caller) {
        const id = params.subscriptionId(0)
        const running = broadcastsOf(caller.connection())
        const stop = running.get(id)
        if (!stop) throw invalidParams('Invalid operation id')
        running.delete(id)
        stop()
        return null
      },
    },
    ...subscription(
      {
        subscribe: 'transactionWatch_v1_submitAndWatch',
        unsubscribe: 'transactionWatch_v1_unwatch',
        notification: 'transactionWatch_v1_watchEvent',
      },
      (sub, params) => watch(pool, sub, params.bytes(0, 'transaction')),
    ),
  }
}
