import type { Clock, Logger, Metrics } from '@cess/ports'
import {
  batchTooLarge,
  internalError,
  invalidParams,
  invalidRequest,
  methodNotFound,
  notOverHttp,
  type RpcError,
  responseTooBig,
  toRpcError,
  unsafeRefused,
} from '../errors.ts'
import type { Caller, Connection, Method, Methods } from '../method.ts'
import { readParams } from '../params.ts'
import type { RpcLimits } from './limits.ts'
import { readJson } from './read-json.ts'
import type { OpenSubscription } from './subscriptions.ts'

export interface PeerConnection extends Connection {
  subscribe(notification: string): OpenSubscription
}

/** A client's side of the protocol, whatever carries it. */
export interface Peer {
  readonly trusted: boolean
  /** `undefined` over plain http. */
  readonly connection: PeerConnection | undefined
  /** Told what its calls cost; a cheap one costs 1. */
  spend(cost: number): void
}

/** What a message gets back: nothing when it was all notifications. */
interface Reply {
  readonly text: string | undefined
  /** To be called once `text` was handed to the transport: streams begin to flow. */
  sent(): void
}

/** JSON-RPC 2.0 over texts. */
export interface Protocol {
  /** Never rejects. */
  answer(text: string, peer: Peer): Promise<Reply>
}

type Id = string | number | null
interface Request {
  readonly id: Id
  readonly method: string
  readonly params: unknown
}
interface Answer {
  readonly text: string
  readonly opened: readonly OpenSubscription[]
  readonly after: readonly (() => void)[]
}

const MAX_ID = 256
/** Milliseconds of each second that one connection may keep the node busy. */
const BUSY_MS = 250
const MAX_SHOWN = 128

export const errorText = (error: RpcError, id: Id = null): string => {
  const { code, message, data } = error
  return JSON.stringify({ jsonrpc: '2.0', error: { code, message, data }, id })
}

const failed = (error: RpcError, id?: Id): Answer => ({
  text: errorText(error, id),
  opened: [],
  after: [],
})

const isId = (id: unknown): id is Id =>
  id === null || Number.isSafeInteger(id) || (typeof id === 'string' && id.length <= MAX_ID)

/** A call; `undefined` for a notification, which asks for no answer and, as in Substrate, does nothing. */
function readRequest(value: unknown): Request | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalidRequest()
  const { jsonrpc, id, method, params } = value as Record<string, unknown>
  if (jsonrpc !== '2.0' || typeof method !== 'string') throw invalidRequest()
  if (id === undefined) return undefined
  if (!isId(id)) throw invalidRequest()
  return { id, method, params }
}

function positional(params: unknown): readonly unknown[] {
  if (params === undefined || params === null) return []
  if (Array.isArray(params)) return params
  throw invalidParams('Invalid params: give them as a list, in order')
}

/** Lets other connections have their turn: methods run to their end without a pause. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export interface ProtocolOptions {
  readonly methods: Methods
  readonly limits: RpcLimits
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
}

export function createProtocol(options: ProtocolOptions): Protocol {
  const { limits, clock, logger, metrics } = options
  // A Map, because a client may ask for `constructor`.
  const methods = new Map<string, Method>(Object.entries(options.methods))
  const calls = metrics.counter('cess_rpc_calls_total', 'JSON-RPC calls', ['method', 'outcome'])
  const seconds = metrics.histogram(
    'cess_rpc_call_seconds',
    'Time that JSON-RPC calls took',
    [0.001, 0.01, 0.1, 1, 10],
    ['method'],
  )

  /** Does work that nothing else can run beside, and has the client pay for the time it took. */
  function charged<T>(peer: Peer, work: () => T): T {
    const started = clock.now()
    try {
      return work()
    } finally {
      peer.spend(((clock.now() - started) * limits.callsPerSecond) / BUSY_MS)
    }
  }

  async function run({ id, method, params }: Request, peer: Peer): Promise<Answer> {
    const found = methods.get(method)
    if (!found) throw methodNotFound()
    if (found.unsafe && !peer.trusted) throw unsafeRefused()
    const connection = (): PeerConnection => {
      if (!peer.connection) throw notOverHttp()
      return peer.connection
    }
    const opened: OpenSubscription[] = []
    const after: (() => void)[] = []
    try {
      const caller: Caller = {
        trusted: peer.trusted,
        connection,
        subscribe(notification) {
          const sub = connection().subscribe(notification)
          opened.push(sub)
          return sub
        },
        after: (later) => after.push(later),
      }
      const result = await charged(peer, () => found.run(readParams(positional(params)), caller))
      const text = JSON.stringify({ jsonrpc: '2.0', id, result: result ?? null })
      if (text.length > limits.responseBytes) throw responseTooBig(limits.responseBytes)
      return { text, opened, after }
    } catch (error) {
      for (const sub of opened) sub.drop()
      throw error
    }
  }

  async function call(value: unknown, peer: Peer): Promise<Answer | undefined> {
    let request: Request | undefined
    const started = clock.now()
    try {
      request = readRequest(value)
      if (!request) return undefined
      const answer = await run(request, peer)
      measure(request, started, 'ok')
      return answer
    } catch (error) {
      const shown = toRpcError(error)
      if (!shown)
        logger.error({ error, method: request?.method.slice(0, MAX_SHOWN) }, 'an RPC method failed')
      if (request) measure(request, started, 'error')
      return failed(shown ?? internalError(), request?.id)
    }
  }

  /** Names that clients make up do not become labels. */
  function measure({ method }: Request, started: number, outcome: string): void {
    const name = methods.has(method) ? method : 'unknown'
    calls.inc(1, { method: name, outcome })
    seconds.observe((clock.now() - started) / 1000, { method: name })
  }

  async function batch(values: readonly unknown[], peer: Peer): Promise<Answer | undefined> {
    if (values.length === 0) throw invalidRequest()
    if (values.length > limits.batch) throw batchTooLarge(limits.batch)
    const answers: Answer[] = []
    let size = 0
    for (const value of values) {
      const answer = await call(value, peer)
      if (answer) answers.push(answer)
      size += answer?.text.length ?? 0
      if (size > limits.responseBytes) {
        for (const sub of answers.flatMap((one) => one.opened)) sub.drop()
        throw responseTooBig(limits.responseBytes)
      }
      await turn()
    }
    if (answers.length === 0) return undefined
    return {
      text: `[${answers.map((answer) => answer.text).join(',')}]`,
      opened: answers.flatMap((answer) => answer.opened),
      after: answers.flatMap((answer) => answer.after),
    }
  }

  return {
    async answer(text, peer) {
      let answer: Answer | undefined
      try {
        peer.spend(1)
        const value = readJson(text)
        if (Array.isArray(value)) {
          peer.spend(Math.min(value.length, limits.batch))
          answer = await batch(value, peer)
        } else answer = await call(value, peer)
      } catch (error) {
        answer = failed(toRpcError(error) ?? internalError())
      }
      return {
        text: answer?.text,
        sent: () => {
          for (const sub of answer?.opened ?? []) sub.open()
          for (const run of answer?.after ?? [])
            try {
              charged(peer, run)
            } catch (error) {
              logger.error(
                { error },
                'what an RPC method left for later failed; this is a bug in it',
              )
            }
        },
      }
    },
  }
}
