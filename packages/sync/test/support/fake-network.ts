import { type Network, NetworkError, type NotificationsOptions } from '@cess/network'
import type { Random, VirtualClock } from '@cess/ports'

type Handler = (peer: string, request: Uint8Array) => Promise<Uint8Array>
export type Part = Pick<Network, 'notifications' | 'serve' | 'request' | 'report' | 'disconnect'>

interface Node {
  readonly protocols: NotificationsOptions[]
  readonly handlers: Map<string, Handler>
  readonly scores: Map<string, number>
}

/** A peer below this is cut off, as by `@cess/network`. */
const BAN = -16_384

/** Networks of several nodes, joined in memory: what one sends the other gets some milliseconds later, in order. */
export function fakeNetworks(clock: VirtualClock, random: Random, delayMs = 20) {
  const nodes = new Map<string, Node>()
  const links = new Set<string>()
  const lastArrival = new Map<string, number>()
  const reports: { by: string; peer: string; change: number; reason: string }[] = []
  /** Requests that were made, as `from>to`. */
  const requests: string[] = []
  const name = (a: string, b: string): string => (a < b ? `${a}|${b}` : `${b}|${a}`)
  const arrive = (way: string): number => {
    const at = Math.max(
      clock.now() + 1 + (random.bytes(1)[0]! * delayMs) / 256,
      lastArrival.get(way) ?? 0,
    )
    lastArrival.set(way, at)
    return at - clock.now()
  }

  function disconnect(a: string, b: string): void {
    if (!links.delete(name(a, b))) return
    for (const [x, y] of [
      [a, b],
      [b, a],
    ] as const)
      for (const protocol of nodes.get(x)!.protocols) protocol.closed(y)
  }

  /** Opens every protocol that both speak and both accept. */
  function connect(a: string, b: string): void {
    const [x, y] = [nodes.get(a)!, nodes.get(b)!]
    links.add(name(a, b))
    for (const mine of x.protocols) {
      const theirs = y.protocols.find(({ protocol }) => protocol === mine.protocol)
      if (!theirs) continue
      const [fromA, fromB] = [mine.handshake(), theirs.handshake()]
      if (!theirs.accept(a, fromA) || !mine.accept(b, fromB)) continue
      if (!links.has(name(a, b))) return
      mine.opened(b, fromB)
      theirs.opened(a, fromA)
    }
  }

  function create(id: string): Part {
    const node: Node = { protocols: [], handlers: new Map(), scores: new Map() }
    nodes.set(id, node)
    return {
      notifications(options) {
        node.protocols.push(options)
        const send = (peer: string, bytes: Uint8Array): boolean => {
          if (!links.has(name(id, peer))) return false
          clock.after(arrive(`${id}>${peer}`), () => {
            if (!links.has(name(id, peer))) return
            const to = nodes.get(peer)!.protocols
            to.find(({ protocol }) => protocol === options.protocol)?.message(id, bytes)
          })
          return true
        }
        const peers = (): string[] => [...nodes.keys()].filter((p) => links.has(name(id, p)))
        return {
          send,
          broadcast(bytes, except) {
            for (const peer of peers()) if (peer !== except) send(peer, bytes)
          },
          peers,
        }
      },
      serve: (protocol, _options, handler) => void node.handlers.set(protocol, handler),
      async request(peer, protocol, payload, options) {
        requests.push(`${id}>${peer}`)
        const handler = nodes.get(peer)?.handlers.get(protocol)
        if (!links.has(name(id, peer)) || !handler)
          throw new NetworkError('CLOSED', 'not connected')
        const timeout = new AbortController()
        const timer = clock.after(options.timeoutMs, () =>
          timeout.abort(new NetworkError('TIMEOUT', 'no answer')),
        )
        const signal = AbortSignal.any([
          timeout.signal,
          ...(options.signal ? [options.signal] : []),
        ])
        const answer = (async () => {
          await clock.sleep(arrive(`${id}>${peer}`))
          const response = await handler(id, payload).catch(() => {
            throw new NetworkError('REFUSED', 'refused')
          })
          await clock.sleep(arrive(`${peer}>${id}`))
          if (!links.has(name(id, peer))) throw new NetworkError('CLOSED', 'gone')
          if (response.length > options.maxResponse)
            throw new NetworkError('TOO_LARGE', 'a response over the limit')
          return response
        })()
        answer.catch(() => undefined)
        try {
          return await new Promise<Uint8Array>((resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
            answer.then(resolve, reject)
          })
        } finally {
          timer.cancel()
        }
      },
      report(peer, change, reason) {
        reports.push({ by: id, peer, change, reason })
        const score = (node.scores.get(peer) ?? 0) + change
        node.scores.set(peer, score)
        if (score <= BAN) disconnect(id, peer)
      },
      async disconnect(peer) {
        disconnect(id, peer)
      },
    }
  }
  return {
    create,
    connect,
    disconnect,
    reports,
    requests,
    isConnected: (a: string, b: string): boolean => links.has(name(a, b)),
    /** Replaces what a node answers to requests. */
    answerWith(id: string, protocol: string, make: (before: Handler) => Handler): void {
      const { handlers } = nodes.get(id)!
      handlers.set(protocol, make(handlers.get(protocol)!))
    },
  }
}
