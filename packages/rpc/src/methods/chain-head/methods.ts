import { type Hash, toHex } from '@cess/bytes'
import { type Chain, ChainError } from '@cess/chain'
import type { Clock } from '@cess/ports'
import { header as headerCodec } from '@cess/primitives'
import { encode } from '@cess/scale'
import { invalidParams } from '../../errors.ts'
import { extrinsicHex } from '../../json.ts'
import type { Caller, Connection, Methods } from '../../method.ts'
import type { Params } from '../../params.ts'
import type { RpcServices } from '../../services.ts'
import { tooManyFollows, withoutRuntime } from './errors.ts'
import { type Follow, follow } from './follow.ts'
import type { Started, Work } from './operations.ts'
import { readQueries, readStorage } from './storage.ts'

const NOTIFICATION = 'chainHead_v1_followEvent'
/** Follow subscriptions of one connection; the specification wants two at least. */
const MAX_FOLLOWS = 4
/** Blocks that one unpin may name: as many as can be pinned. */
const MAX_UNPINNED = 512

type Follows = Map<string, Follow>

function* body(chain: Chain, hash: Hash): Generator<Record<string, unknown>, void> {
  const found = chain.body(hash)
  if (!found)
    throw new ChainError('UNKNOWN_BLOCK', `The body of block ${hash} is not here any more`)
  yield { event: 'operationBodyDone', value: found.map(extrinsicHex) }
}

function* call(
  chain: Chain,
  hash: Hash,
  name: string,
  args: Uint8Array,
): Generator<Record<string, unknown>, void> {
  yield { event: 'operationCallDone', output: toHex(chain.call(hash, name, args)) }
}

/** Some clients spell "no bytes" as an empty string. */
const argsAt = (params: Params, index: number): Uint8Array =>
  params.raw[index] === '' ? new Uint8Array() : params.bytes(index, 'call parameters')

function hashesAt(params: Params, index: number): Hash[] {
  if (!Array.isArray(params.raw[index])) return [params.hash(index, 'block hash')]
  return params
    .array(index, 'block hashes', MAX_UNPINNED)
    .map((one) => params.toHash(one, 'block hash'))
}

/** Following the head of the chain, in the names of the new JSON-RPC specification. */
export function chainHeadMethods({ chain }: RpcServices, clock: Clock): Methods {
  const follows = new WeakMap<Connection, Follows>()
  const followsOf = ({ connection }: Caller): Follows => {
    const known = follows.get(connection())
    if (known) return known
    const made: Follows = new Map()
    follows.set(connection(), made)
    return made
  }
  /** The subscription that a call names; `undefined` when it is over, which a client cannot always know. */
  const followAt = (params: Params, caller: Caller): Follow | undefined =>
    followsOf(caller).get(params.subscriptionId(0))

  const operation = (
    params: Params,
    caller: Caller,
    work: (hash: Hash, followed: Follow) => () => Work,
  ): Started => {
    const hash = params.hash(1, 'block hash')
    const followed = followAt(params, caller)
    if (!followed) return { result: 'limitReached' }
    followed.pins.header(hash)
    return followed.operations.start(work(hash, followed), caller.after)
  }

  return {
    chainHead_v1_follow: {
      run(params, caller) {
        const withRuntime = params.raw[0]
        if (typeof withRuntime !== 'boolean')
          throw invalidParams('withRuntime must be true or false')
        const all = followsOf(caller)
        if (all.size >= MAX_FOLLOWS) throw tooManyFollows()
        const sub = caller.subscribe(NOTIFICATION)
        sub.onClose(() => all.delete(sub.id))
        all.set(sub.id, follow(chain, clock, sub, withRuntime))
        return sub.id
      },
    },
    chainHead_v1_unfollow: {
      run(params, caller) {
        caller.connection().unsubscribe(params.subscriptionId(0), NOTIFICATION)
        return null
      },
    },
    chainHead_v1_header: {
      run(params, caller) {
        const hash = params.hash(1, 'block hash')
        const found = followAt(params, caller)?.pins.header(hash)
        return found ? toHex(encode(headerCodec, found)) : null
      },
    },
    chainHead_v1_body: {
      run: (params, caller) => operation(params, caller, (hash) => () => body(chain, hash)),
    },
    chainHead_v1_call: {
      run(params, caller) {
        const name = params.string(2, 'function', 128)
        const args = argsAt(params, 3)
        return operation(params, caller, (hash, { withRuntime }) => {
          if (!withRuntime) throw withoutRuntime()
          return () => call(chain, hash, name, args)
        })
      },
    },
    chainHead_v1_storage: {
      run(params, caller) {
        const queries = readQueries(params)
        const started = operation(params, caller, (hash) => () => readStorage(chain, hash, queries))
        return started.result === 'started'
          ? { ...started, discardedItems: queries.discarded }
          : started
      },
    },
    chainHead_v1_continue: {
      run(params, caller) {
        const id = params.string(1, 'operation id', 64)
        const followed = followAt(params, caller)
        followed?.operations.resume(id, caller.after)
        return null
      },
    },
    chainHead_v1_stopOperation: {
      run(params, caller) {
        followAt(params, caller)?.operations.stop(params.string(1, 'operation id', 64))
        return null
      },
    },
    chainHead_v1_unpin: {
      run(params, caller) {
        const hashes = hashesAt(params, 1)
        followAt(params, caller)?.pins.remove(hashes)
        return null
      },
    },
  }
}
