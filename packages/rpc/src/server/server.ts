import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { type Clock, type Logger, type Metrics, noMetrics, silentLogger } from '@cess/ports'
import { WebSocketServer } from 'ws'
import { RpcServerError } from '../errors.ts'
import { createMethods } from '../methods/all.ts'
import { health } from '../methods/system.ts'
import type { RpcServices } from '../services.ts'
import { type AccessOptions, createAccess } from './access.ts'
import { serveSocket } from './connection.ts'
import { serveRequest } from './http.ts'
import { DEFAULT_LIMITS, type RpcLimits } from './limits.ts'
import { createProtocol } from './protocol.ts'
import { createVisitor, type Visitor } from './visitor.ts'

export interface RpcServerOptions extends AccessOptions {
  readonly services: RpcServices
  /** 0 for any free one. */
  readonly port: number
  readonly limits?: Partial<RpcLimits>
  readonly clock: Clock
  readonly logger?: Logger
  readonly metrics?: Metrics
}

export interface RpcServer {
  /** @throws RpcServerError LISTEN_FAILED */
  start(): Promise<{ readonly port: number }>
  /** Disconnects everybody. */
  stop(): Promise<void>
}

function listen(server: Server, host: string, port: number): Promise<{ port: number }> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      const why =
        error.code === 'EADDRINUSE'
          ? 'another program uses it. Stop that program, or choose another port with --rpc-port'
          : `${error.message}. Choose another address or port`
      reject(new RpcServerError(`JSON-RPC cannot listen on ${host} port ${port}: ${why}.`, error))
    }
    server.once('error', failed)
    server.listen(port, host, () => {
      server.off('error', failed)
      resolve(server.address() as { port: number })
    })
  })
}

const refuse = (socket: Socket, reason: string): void => {
  const body = `${reason}\n`
  socket.end(
    `HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-type: text/plain\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

/** JSON-RPC over http and WebSocket on one port, with `GET /health`. */
export function createRpcServer(options: RpcServerOptions): RpcServer {
  const { clock, host, services, logger = silentLogger, metrics = noMetrics } = options
  const limits: RpcLimits = { ...DEFAULT_LIMITS, ...options.limits }
  const methods = createMethods(services, clock)
  const protocol = createProtocol({ methods, limits, clock, logger, metrics })
  const access = createAccess(options)
  const httpOptions = { protocol, limits, access, health: () => health(services) }

  const sockets = metrics.gauge('cess_rpc_connections', 'Open RPC connections', ['transport'])
  const streams = metrics.gauge('cess_rpc_subscriptions', 'Open RPC subscriptions')
  const refused = metrics.counter('cess_rpc_refused_total', 'Connections refused', ['reason'])
  let subscriptions = 0
  let ids = 0

  const visitors = new Map<Socket, Visitor>()
  const connections = new Set<{ close(): void }>()
  const visitorOf = (socket: Socket): Visitor => visitors.get(socket) as Visitor
  const count = (): void => {
    sockets.set(connections.size, { transport: 'ws' })
    // Whichever of the two closes first.
    sockets.set(Math.max(0, visitors.size - connections.size), { transport: 'http' })
  }

  const wss = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.requestBytes,
  })
  // Deadlines are ours, by the clock that was given to us.
  const server = createServer({ requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 })
  server.maxConnections = limits.connections
  server.on('drop', () => refused.inc(1, { reason: 'connections' }))
  server.on('connection', (socket) => {
    const visitor = createVisitor(socket, clock, limits)
    visitors.set(socket, visitor)
    visitor.arm()
    count()
    socket.on('close', () => {
      visitor.disarm()
      visitors.delete(socket)
      count()
    })
  })
  server.on('request', (request, response) => {
    const visitor = visitorOf(request.socket)
    response.on('close', visitor.arm)
    serveRequest(httpOptions, request, response, visitor).catch((error: unknown) => {
      logger.error({ error }, 'an RPC request failed')
      request.socket.destroy()
    })
  })
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const verdict = access(request)
    if (!verdict.allowed) {
      refused.inc(1, { reason: 'access' })
      return refuse(socket, verdict.reason)
    }
    wss.handleUpgrade(request, socket, head, (ws) => {
      visitorOf(socket).disarm()
      const connection = serveSocket({
        socket: ws,
        trusted: verdict.trusted,
        protocol,
        limits,
        clock,
        logger,
        nextId: () => `sub${++ids}`,
        counted(change) {
          subscriptions += change
          streams.set(subscriptions)
        },
      })
      connections.add(connection)
      count()
      ws.on('close', () => {
        connections.delete(connection)
        count()
      })
    })
  })

  return {
    async start() {
      const { port } = await listen(server, host, options.port)
      server.on('error', (error) => logger.error({ error }, 'the RPC server failed'))
      logger.info({ host, port }, 'JSON-RPC listens')
      return { port }
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const connection of connections) connection.close()
      // The close frames go out first.
      setImmediate(() => {
        for (const socket of visitors.keys()) socket.destroy()
      })
      await closed
    },
  }
}
