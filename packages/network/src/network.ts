import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { identify } from '@libp2p/identify'
import type { Stream } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p/websockets'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import type { Network, NetworkLimits, NetworkOptions } from './api.ts'
import { coalescing } from './coalesce.ts'
import { NetworkError } from './errors.ts'
import { type FrameStream, frameStream } from './frames.ts'
import { identityOf } from './identity.ts'
import { createNotifications, type NotificationProtocol } from './notifications.ts'
import { createRate } from './rate.ts'
import { createReputation } from './reputation.ts'

const DEFAULTS: NetworkLimits = {
  banThreshold: -16_384,
  banMs: 60_000,
  halfLifeMs: 35_000,
  maxTracked: 10_000,
  maxConnections: 300,
  idleMs: 30_000,
}
const MAX_STREAMS = 64
/** Longest frame on a storage stream. */
const MAX_FRAME = 1 << 20

/** A libp2p node (noise, yamux, tcp and ws) that speaks as Substrate does. Not started yet. */
export async function createNetwork(options: NetworkOptions): Promise<Network> {
  const { clock, logger, metrics } = options
  const limits = { ...DEFAULTS, ...options.limits }
  const reputation = createReputation(clock, limits)
  const protocols: NotificationProtocol[] = []
  const connections = metrics.gauge('cess_network_peers', 'Connected peers.')

  const node = await createLibp2p({
    start: false,
    privateKey: await identityOf(options.identity),
    nodeInfo: { userAgent: options.agent ?? 'cess-ts/0.1.0' },
    addresses: { listen: [...options.listen] },
    transports: [tcp(), webSockets()],
    connectionEncrypters: [coalescing(noise())],
    // Less than libp2p's 4 MiB read buffer: a paused reader must not overflow it.
    streamMuxers: [yamux({ streamOptions: { maxStreamWindowSize: 2 << 20 } })],
    // Pings of ours would make smoldot's single ping stream a fault and cost the connection.
    connectionMonitor: { enabled: false },
    connectionManager: { maxConnections: limits.maxConnections },
    connectionGater: {
      denyDialPeer: (peer) => reputation.isBanned(peer.toString()),
      denyInboundEncryptedConnection: (peer) => reputation.isBanned(peer.toString()),
    },
    services: {
      // smoldot resets after its answer, which js-libp2p takes for a fault: only answer.
      identify: identify({ protocolPrefix: 'ipfs', runOnConnectionOpen: false }),
    },
  })

  const hangUp = (peer: string): Promise<void> =>
    node.hangUp(peerIdFromString(peer)).catch(() => undefined)

  const report: Network['report'] = (peer, change, reason) => {
    logger.debug({ peer, change, reason }, 'reputation changed')
    if (!reputation.report(peer, change)) return
    logger.info({ peer, reason }, 'peer banned for a while')
    void hangUp(peer)
  }

  async function newStream(
    peer: string,
    names: readonly string[],
    signal?: AbortSignal,
  ): Promise<Stream> {
    const [connection] = node.getConnections(peerIdFromString(peer))
    if (!connection) throw new NetworkError('CLOSED', 'not connected to this peer: dial it first')
    try {
      return await connection.newStream([...names], {
        negotiateFully: true,
        maxOutboundStreams: MAX_STREAMS,
        ...(signal && { signal }),
      })
    } catch (cause) {
      signal?.throwIfAborted()
      if ((cause as Error).name === 'UnsupportedProtocolError')
        throw new NetworkError('UNSUPPORTED', `the peer does not speak ${names[0]}`, { cause })
      throw new NetworkError('CLOSED', 'the stream could not be opened', { cause })
    }
  }

  const wrap = (stream: Stream, maxFrame: number, idleMs = limits.idleMs): FrameStream =>
    frameStream(stream, { maxFrame, clock, idleMs })

  function handle(names: readonly string[], handler: (peer: string, stream: Stream) => void): void {
    void node.handle(
      [...names],
      (stream, connection) => handler(connection.remotePeer.toString(), stream),
      { maxInboundStreams: MAX_STREAMS, maxOutboundStreams: MAX_STREAMS },
    )
  }

  handle(['/ipfs/ping/1.0.0'], (_, stream) => {
    stream.addEventListener('message', (event) => {
      try {
        // Not reading our echoes must not make us buffer them.
        if (!stream.send(event.data)) stream.abort(new Error('echoes are not read'))
      } catch {
        // Closed between the message and its echo.
      }
    })
    stream.addEventListener('remoteCloseWrite', () => void stream.close().catch(() => undefined))
  })

  node.addEventListener('peer:connect', ({ detail }) => {
    connections.set(node.getPeers().length)
    for (const protocol of protocols) void protocol.open(detail.toString())
  })
  node.addEventListener('peer:disconnect', ({ detail }) => {
    connections.set(node.getPeers().length)
    for (const protocol of protocols) protocol.disconnected(detail.toString())
  })

  const dial: Network['dial'] = async (address) => {
    try {
      return (await node.dial(multiaddr(address))).remotePeer.toString()
    } catch (cause) {
      throw new NetworkError('UNREACHABLE', `could not connect to ${address}`, { cause })
    }
  }

  return {
    peerId: node.peerId.toString(),
    addresses: () => node.getMultiaddrs().map(String),
    dial,
    async ensure(peer, addresses) {
      if (node.getConnections(peerIdFromString(peer)).length > 0) return
      let last: unknown
      for (const address of addresses) {
        // With the id in the address noise proves that we reached this peer and no other.
        const plain = address.replace(/\/p2p\/[^/]*$/, '')
        try {
          await dial(`${plain}/p2p/${peer}`)
          return
        } catch (error) {
          last = error
        }
      }
      throw new NetworkError('UNREACHABLE', `no address of ${peer} answers`, { cause: last })
    },
    disconnect: hangUp,
    peers: () =>
      node.getConnections().map((c) => ({
        id: c.remotePeer.toString(),
        address: c.remoteAddr.toString(),
        direction: c.direction,
      })),
    report,
    notifications(o) {
      const deps = { clock, report, openStream: newStream }
      const protocol = createNotifications(deps, o)
      protocols.push(protocol)
      handle(protocol.names, protocol.incoming)
      for (const peer of node.getPeers()) void protocol.open(peer.toString())
      return protocol.handle
    },
    serve(protocol, o, handler) {
      const rate = createRate(clock, o.perPeerConcurrent, o.perPeerPerSecond)
      handle([protocol], async (peer, stream) => {
        const leave = rate.enter(peer)
        if (!leave) {
          report(peer, -64, `${protocol}: too many requests`)
          return stream.abort(new Error('too many requests'))
        }
        const frames = wrap(stream, o.maxRequest)
        try {
          const request = await frames.read()
          if (!request) return
          const response = await handler(peer, request)
          if (response.length > o.maxResponse) throw new RangeError('the response is too large')
          await frames.write(response)
        } catch (error) {
          if (error instanceof NetworkError && error.code === 'TOO_LARGE')
            report(peer, -4096, `${protocol}: ${error.message}`)
          logger.debug({ peer, protocol, error: String(error) }, 'request refused')
        } finally {
          // An end without data is Substrate's refusal.
          leave()
          await frames.close()
        }
      })
    },
    async request(peer, protocol, payload, o) {
      const timeout = new AbortController()
      const timer = clock.after(o.timeoutMs, () =>
        timeout.abort(
          new NetworkError('TIMEOUT', `${protocol}: no answer within ${o.timeoutMs} ms`),
        ),
      )
      const signal = o.signal ? AbortSignal.any([timeout.signal, o.signal]) : timeout.signal
      let frames: FrameStream | undefined
      const stop = (): void => frames?.abort(new Error('given up'))
      try {
        signal.throwIfAborted()
        frames = wrap(await newStream(peer, [protocol], signal), o.maxResponse, o.timeoutMs)
        signal.addEventListener('abort', stop, { once: true })
        await frames.write(payload)
        await frames.close()
        const response = await frames.read()
        if (!response) throw new NetworkError('REFUSED', `the peer refused ${protocol}`)
        return response
      } catch (error) {
        signal.throwIfAborted()
        frames?.abort(new Error('request failed'))
        throw error
      } finally {
        timer.cancel()
        signal.removeEventListener('abort', stop)
      }
    },
    serveStream(protocol, o, handler) {
      const rate = createRate(clock, o.perPeerConcurrent, o.perPeerPerSecond)
      handle([protocol], async (peer, stream) => {
        const leave = rate.enter(peer)
        if (!leave) {
          report(peer, -64, `${protocol}: too many streams`)
          return stream.abort(new Error('too many streams'))
        }
        const frames = wrap(stream, MAX_FRAME)
        const late = (): void => frames.abort(new Error('the exchange took too long'))
        const timer = o.maxMs === undefined ? undefined : clock.after(o.maxMs, late)
        try {
          await handler(peer, frames)
          await frames.close()
        } catch (error) {
          if (error instanceof NetworkError && error.code === 'TOO_LARGE')
            report(peer, -4096, `${protocol}: ${error.message}`)
          logger.debug({ peer, protocol, error: String(error) }, 'stream dropped')
          frames.abort(new Error('dropped'))
        } finally {
          timer?.cancel()
          leave()
        }
      })
    },
    openStream: async (peer, protocol, signal) =>
      wrap(await newStream(peer, [protocol], signal), MAX_FRAME),
    async start() {
      await node.start()
      await Promise.all(
        options.bootnodes.map((address) =>
          dial(address).catch((error: Error) => logger.warn({ address }, error.message)),
        ),
      )
    },
    stop: async () => {
      await node.stop()
    },
  }
}
