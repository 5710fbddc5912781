import { type AccountId, fromHex, type Hash, toHex } from '@cess/bytes'
import { blake2b256, type KeyPair, ss58Encode } from '@cess/crypto'
import type { DispatchErrorValue, RuntimeCall } from '@cess/frame'
import { bytes, encode } from '@cess/scale'
import { CallFailed, SdkError } from '../errors.ts'
import { callName } from './definitions.ts'
import { type ChainEvent, explainError } from './events.ts'
import type { FollowDeps, Head } from './follow.ts'
import { accountOf, LIFETIME, signCall } from './sign.ts'

export interface SubmitOptions {
  readonly tip?: bigint
  /** What to wait for; `finalized` unless told: only then can no fork take it back. */
  readonly until?: 'inBlock' | 'finalized'
}

/** Where a call got in, and what it caused. */
export interface Included {
  readonly extrinsicHash: Hash
  readonly block: Head
  readonly index: number
  /** Events of this call alone. */
  readonly events: readonly ChainEvent[]
}

interface SubmitDeps extends FollowDeps {
  readonly genesisHash: Hash
  events(hash: Hash): Promise<ChainEvent[]>
}

type Status = string | Readonly<Record<string, unknown>>
const hashIn = (status: Status, key: string): Hash | undefined =>
  typeof status === 'object' && typeof status[key] === 'string' ? (status[key] as Hash) : undefined

const RETRY_MS = 1_000
/** How long no node may answer while the fate of a transaction is open. */
const GIVE_UP_MS = 120_000

export function createSubmitter(deps: SubmitDeps) {
  const { rpc, clock } = deps
  /** One submission of an account at a time until the pool has it: the node then counts it into the next nonce. */
  const turns = new Map<AccountId, Promise<unknown>>()
  function inTurn<T>(account: AccountId, run: () => Promise<T>): Promise<T> {
    const before = turns.get(account) ?? Promise.resolve()
    const mine = before.then(run, run)
    const settled = mine.catch(() => undefined)
    turns.set(account, settled)
    void settled.then(() => {
      if (turns.get(account) === settled) turns.delete(account)
    })
    return mine
  }

  async function sign(pair: KeyPair, call: RuntimeCall, tip = 0n) {
    const account = accountOf(pair)
    const [birth, version, nonce] = await Promise.all([
      deps.finalizedHead(),
      rpc.request('state_getRuntimeVersion') as Promise<{
        specVersion: number
        transactionVersion: number
      }>,
      rpc.request('system_accountNextIndex', [ss58Encode(fromHex(account))]) as Promise<number>,
    ])
    const { genesisHash } = deps
    const extrinsic = signCall(pair, call, { genesisHash, ...version, birth, nonce, tip })
    return { extrinsic, birth }
  }

  /** The block at `hash` with the position of an extrinsic in it. */
  async function find(hash: Hash, extrinsic: string): Promise<number> {
    const found = (await rpc.request('chain_getBlock', [hash])) as {
      block: { extrinsics: string[] }
    } | null
    return found?.block.extrinsics.indexOf(extrinsic) ?? -1
  }

  async function included(call: RuntimeCall, wire: string, hash: Hash): Promise<Included> {
    const [block, index, all] = await Promise.all([
      deps.header(hash),
      find(hash, wire),
      deps.events(hash),
    ])
    const events = all.filter((event) => event.extrinsic === index)
    const failed = events.find((event) => event.name === 'System.ExtrinsicFailed')
    if (failed) {
      const { name, why } = explainError(failed.data['dispatchError'] as DispatchErrorValue)
      throw new CallFailed(callName(call), name, why)
    }
    return { extrinsicHash: extrinsicHashOf(wire), block, index, events }
  }

  /**
   * Looks for an extrinsic in finalized blocks until its lifetime is over, or no node answers for too long: for when the
   * connection broke while it waited.
   */
  async function search(call: RuntimeCall, wire: string, from: number): Promise<Hash> {
    let answered = clock.now()
    for (let number = from; ; await clock.sleep(RETRY_MS)) {
      try {
        const head = await deps.finalizedHead()
        for (; number <= head.number && number <= from + LIFETIME; number++) {
          const hash = await deps.blockHash(number)
          if (hash && (await find(hash, wire)) >= 0) return hash
        }
        answered = clock.now()
      } catch (error) {
        if (!(error instanceof SdkError) || error.code === 'CLOSED') throw error
      }
      if (number > from + LIFETIME)
        throw new SdkError(
          'EXPIRED',
          `${callName(call)} did not get into a block in ${LIFETIME} blocks and cannot any more. Send it again.`,
        )
      if (clock.now() - answered >= GIVE_UP_MS)
        throw new SdkError(
          'CONNECTION_LOST',
          `The connection to the node broke after ${callName(call)} was sent, and none answers since. It may still get into a block: see whether it did before you send it again.`,
        )
    }
  }

  /** Submits; resolves with the hash of the block once the pool's watcher says so. */
  function watch(wire: string, until: 'inBlock' | 'finalized', accepted: () => void) {
    return new Promise<Hash>((resolve, reject) => {
      let end: (() => void) | undefined
      const done = (run: () => void): void => {
        end?.()
        run()
      }
      rpc
        .subscribe({
          method: 'author_submitAndWatchExtrinsic',
          unsubscribe: 'author_unwatchExtrinsic',
          params: [wire],
          onEnd: reject,
          onMessage(result) {
            const status = result as Status
            const final = hashIn(status, 'finalized')
            const hash = until === 'finalized' ? final : (hashIn(status, 'inBlock') ?? final)
            if (hash) return done(() => resolve(hash))
            const bad = ['invalid', 'dropped'].find((s) => status === s)
            const usurped = hashIn(status, 'usurped')
            if (bad || usurped)
              done(() => reject(new SdkError('REJECTED', refusal(bad ?? 'usurped'))))
          },
        })
        .then((unsubscribe) => {
          end = unsubscribe
          accepted()
        }, reject)
    })
  }

  async function submit(
    pair: KeyPair,
    call: RuntimeCall,
    { tip = 0n, until = 'finalized' }: SubmitOptions = {},
  ): Promise<Included> {
    let outcome!: Promise<Hash>
    const { wire, from } = await inTurn(accountOf(pair), async () => {
      const { extrinsic, birth } = await sign(pair, call, tip)
      const wire = toHex(encode(bytes, extrinsic))
      await new Promise<void>((accepted, refused) => {
        outcome = watch(wire, until, accepted)
        outcome.then(() => accepted(), refused)
      }).catch((error: unknown) => {
        if (!isLost(error)) throw error
      })
      return { wire, from: birth.number + 1 }
    })
    const hash = await outcome.catch((error: unknown) => {
      if (isLost(error)) return search(call, wire, from)
      throw error
    })
    return included(call, wire, hash)
  }

  return {
    submit,
    async fee(pair: KeyPair, call: RuntimeCall): Promise<bigint> {
      const { extrinsic } = await sign(pair, call)
      const info = await rpc.request('payment_queryInfo', [toHex(encode(bytes, extrinsic))])
      return BigInt((info as { partialFee: string }).partialFee)
    },
  }
}

const isLost = (error: unknown): boolean =>
  error instanceof SdkError && (error.code === 'CONNECTION_LOST' || error.code === 'TIMEOUT')

const refusal = (status: string): string =>
  status === 'usurped'
    ? 'Another transaction of this account with the same nonce took its place.'
    : `The node's pool says "${status}": it did not get into a block. Check balance and nonce, then send it again.`

/** Hash of an extrinsic from its hex with length prefix. */
function extrinsicHashOf(wire: string): Hash {
  return toHex(blake2b256(fromHex(wire))) as Hash
}
