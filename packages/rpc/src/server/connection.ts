import type { Clock, Logger, Timer } from '@cess/ports'
import type { RawData, WebSocket } from 'ws'
import { internalError, tooManySubscriptions } from '../errors.ts'
import type { RpcLimits } from './limits.ts'
import type { Peer, PeerConnection, Protocol } from './protocol.ts'
import { createBucket } from './rate.ts'
import { createSubscription, type OpenSubscription } from './subscriptions.ts'

/** Close codes (RFC 6455 §7.4.1). */
const GOING_AWAY = 1001
const POLICY_VIOLATION = 1008
/** How long a client may take to answer our close before its socket is cut. */
const CLOSE_MS = 5000
/** Messages that wait for their turn before we stop reading. */
const MAX_INBOX = 64
/** Answers are not prepared while this much waits for the client. */
const HIGH_WATER = 1024 * 1024

export interface ConnectionOptions {
  readonly socket: WebSocket
  readonly trusted: boolean
  readonly protocol: Protocol
  readonly limits: RpcLimits
  readonly clock: Clock
  readonly logger: Logger
  /** Gives ids that no subscription of this server had. */
  nextId(): string
  /** Called when the number of its subscriptions changes. */
  counted(change: number): void
}

const textOf = (data: RawData): string =>
  (Array.isArray(data)
    ? Buffer.concat(data)
    : data instanceof ArrayBuffer
      ? Buffer.from(data)
      : data
  ).toString('utf8')

/**
 * Serves one WebSocket until it closes. Reads no faster than it may answer and the client takes its answers;
 * a client that does not take its notifications is disconnected with code 1008. Returns how to end it.
 */
export function serveSocket(options: ConnectionOptions): { close(): void } {
  const { socket, limits, clock, logger, protocol } = options
  const bucket = createBucket(clock, limits)
  const subscriptions = new Map<string, OpenSubscription>()
  const onClose: (() => void)[] = []
  const inbox: RawData[] = []
  let underWay = 0
  let scheduled = false
  let waiting: Timer | undefined
  let cut: Timer | undefined
  let isAlive = true
  let hasTaken = true
  let heartbeat = clock.after(limits.pingMs, beat)

  const isOpen = (): boolean => socket.readyState === socket.OPEN

  function close(code: number, reason: string): void {
    if (!isOpen()) return
    socket.close(code, reason)
    cut = clock.after(CLOSE_MS, () => socket.terminate())
    release()
  }

  function send(text: string): void {
    if (isOpen())
      socket.send(text, (error) => {
        hasTaken ||= !error
        schedule()
      })
  }

  function notify(text: string): void {
    if (socket.bufferedAmount <= limits.bufferedBytes) return send(text)
    logger.debug({ bytes: socket.bufferedAmount }, 'an RPC client does not take its notifications')
    close(POLICY_VIOLATION, 'notifications are not read fast enough')
  }

  const connection: PeerConnection = {
    subscribe(notification) {
      // The rest of a batch whose sender has gone.
      if (!isOpen()) throw internalError()
      if (subscriptions.size >= limits.subscriptionsPerConnection)
        throw tooManySubscriptions(limits.subscriptionsPerConnection)
      const id = options.nextId()
      const ended = (): void => {
        if (subscriptions.delete(id)) options.counted(-1)
      }
      const sub = createSubscription({ id, notification, send: notify, ended })
      subscriptions.set(id, sub)
      options.counted(1)
      return sub
    },
    unsubscribe(id, notification) {
      const sub = subscriptions.get(id)
      if (sub?.notification !== notification) return false
      sub.drop()
      return true
    },
    onClose(run) {
      if (isOpen()) onClose.push(run)
      else run()
    },
  }
  const peer: Peer = { trusted: options.trusted, connection, spend: bucket.spend }

  async function answer(message: RawData): Promise<void> {
    const reply = await protocol.answer(textOf(message), peer)
    if (reply.text !== undefined) send(reply.text)
    reply.sent()
  }

  /** One message, then whoever else waits for the event loop. */
  function pump(): void {
    scheduled = false
    if (!isOpen()) return
    if (inbox.length === 0) return socket.resume()
    if (underWay >= limits.concurrentCalls || socket.bufferedAmount > HIGH_WATER) return
    const delay = bucket.delay()
    if (delay > 0) {
      waiting ??= clock.after(delay, () => {
        waiting = undefined
        schedule()
      })
      return
    }
    underWay++
    answer(inbox.shift() as RawData)
      .catch((error: unknown) => logger.error({ error }, 'an RPC message was not answered'))
      .finally(() => {
        underWay--
        schedule()
      })
    schedule()
  }

  function schedule(): void {
    if (scheduled) return
    scheduled = true
    setImmediate(pump)
  }

  function beat(): void {
    // While we do not read, its pongs wait with the rest.
    const isOurFault = socket.isPaused && (waiting !== undefined || underWay > 0 || hasTaken)
    if (!isAlive && !isOurFault) return socket.terminate()
    isAlive = false
    hasTaken = false
    if (isOpen()) socket.ping()
    heartbeat = clock.after(limits.pingMs, beat)
  }

  /** Ends what the client asked for. */
  function release(): void {
    for (const timer of [waiting, heartbeat]) timer?.cancel()
    inbox.length = 0
    for (const sub of [...subscriptions.values()]) sub.drop()
    for (const run of onClose.splice(0)) run()
  }

  socket.on('message', (data) => {
    isAlive = true
    inbox.push(data)
    if (inbox.length >= MAX_INBOX) socket.pause()
    schedule()
  })
  socket.on('pong', () => {
    isAlive = true
  })
  socket.on('error', (error) => logger.debug({ error }, 'an RPC socket failed'))
  socket.on('close', () => {
    cut?.cancel()
    release()
  })
  return { close: () => close(GOING_AWAY, 'the node is shutting down') }
}
