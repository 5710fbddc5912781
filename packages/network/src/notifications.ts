import type { Clock } from '@cess/ports'
import type { Stream } from '@libp2p/interface'
import type { Notifications, NotificationsOptions } from './api.ts'
import { NetworkError } from './errors.ts'
import { frameParser, lengthPrefixed } from './frames.ts'

/** Time to answer a handshake, as smoldot allows. */
const HANDSHAKE_MS = 10_000
/** Messages kept while the other direction is still opening. */
const MAX_HELD = 64

interface Session {
  inbound?: Stream
  outbound?: Stream
  /** An outbound opening is under way. */
  opening?: true
  /** The peer answered our handshake. */
  answered?: true
  accepted?: Uint8Array
  open?: true
  held: Uint8Array[]
}

interface Deps {
  readonly clock: Clock
  openStream(peer: string, protocols: string[]): Promise<Stream>
  report(peer: string, change: number, reason: string): void
}

/** The state of one notification protocol with every peer. */
export function createNotifications(deps: Deps, o: NotificationsOptions) {
  const sessions = new Map<string, Session>()
  const names = [o.protocol, ...(o.fallback ?? [])]

  const sessionOf = (peer: string): Session => {
    const session = sessions.get(peer) ?? { held: [] }
    sessions.set(peer, session)
    return session
  }

  /** Both directions go together: a half-open session would gossip one way for ever. */
  function drop(peer: string, session: Session): void {
    if (sessions.get(peer) !== session) return
    sessions.delete(peer)
    const reason = new Error('notification substream closed')
    session.inbound?.abort(reason)
    session.outbound?.abort(reason)
    if (session.open) o.closed(peer)
  }

  function settle(peer: string, session: Session): void {
    if (session.open || !session.answered || !session.inbound || !session.accepted) return
    session.open = true
    o.opened(peer, session.accepted)
    for (const message of session.held.splice(0)) o.message(peer, message)
  }

  const admit = (peer: string, handshake: Uint8Array): boolean =>
    sessions.size <= o.maxPeers && o.accept(peer, handshake)

  /** Feeds `frame` each frame; the first is the handshake, under its own limit. */
  function listen(
    peer: string,
    session: Session,
    stream: Stream,
    first: (handshake: Uint8Array) => void,
    frame: (bytes: Uint8Array) => void,
  ): void {
    let shaken = false
    const parse = frameParser(Math.max(o.maxHandshake, o.maxMessage))
    const timer = deps.clock.after(HANDSHAKE_MS, () => drop(peer, session))
    stream.addEventListener('message', (event) => {
      if (sessions.get(peer) !== session) return
      try {
        for (const bytes of parse(event.data.subarray())) {
          if (!shaken) {
            if (bytes.length > o.maxHandshake)
              throw new NetworkError('TOO_LARGE', `a handshake of ${bytes.length} bytes`)
            shaken = true
            timer.cancel()
            first(bytes)
          } else if (bytes.length > o.maxMessage) {
            throw new NetworkError('TOO_LARGE', `a notification of ${bytes.length} bytes`)
          } else frame(bytes)
        }
      } catch (error) {
        deps.report(peer, -4096, `${o.protocol}: ${(error as Error).message}`)
        drop(peer, session)
      }
    })
    const gone = (): void => {
      timer.cancel()
      drop(peer, session)
    }
    stream.addEventListener('end', gone)
    stream.addEventListener('close', gone)
  }

  async function open(peer: string): Promise<void> {
    const session = sessionOf(peer)
    if (session.outbound || session.opening) return
    session.opening = true
    try {
      const stream = await deps.openStream(peer, names)
      if (sessions.get(peer) !== session) return stream.abort(new Error('no longer wanted'))
      session.outbound = stream
      const answered = (handshake: Uint8Array): void => {
        if (!session.accepted && !admit(peer, handshake)) {
          drop(peer, session)
          return
        }
        session.accepted ??= handshake
        session.answered = true
        settle(peer, session)
      }
      listen(peer, session, stream, answered, () => {
        throw new NetworkError('MALFORMED', 'a message on the substream that is ours to send on')
      })
      stream.send(lengthPrefixed(o.handshake()))
    } catch {
      // The peer does not speak the protocol, or refuses: it opens one itself when it wants to.
      drop(peer, session)
    }
  }

  function incoming(peer: string, stream: Stream): void {
    const session = sessionOf(peer)
    if (session.inbound) {
      stream.abort(new Error('one substream per protocol'))
      return
    }
    session.inbound = stream
    const shake = (handshake: Uint8Array): void => {
      if (!admit(peer, handshake)) {
        drop(peer, session)
        return
      }
      session.accepted = handshake
      stream.send(lengthPrefixed(o.handshake()))
      void open(peer)
      settle(peer, session)
    }
    listen(peer, session, stream, shake, (bytes) => {
      if (session.open) return o.message(peer, bytes)
      if (session.held.push(bytes) > MAX_HELD)
        throw new NetworkError('MALFORMED', 'a flood before the session was open')
    })
  }

  function send(peer: string, frame: Uint8Array): boolean {
    const session = sessions.get(peer)
    if (!session?.open || !session.outbound || session.outbound.writableNeedsDrain) return false
    try {
      session.outbound.send(frame)
      return true
    } catch {
      drop(peer, session)
      return false
    }
  }

  const peers = (): string[] => [...sessions].filter(([, s]) => s.open).map(([id]) => id)
  const handle: Notifications = {
    send: (peer, bytes) => send(peer, lengthPrefixed(bytes)),
    broadcast(bytes, except) {
      const frame = lengthPrefixed(bytes)
      for (const peer of peers()) if (peer !== except) send(peer, frame)
    },
    peers,
  }
  return {
    names,
    handle,
    open,
    incoming,
    disconnected(peer: string): void {
      const session = sessions.get(peer)
      if (session) drop(peer, session)
    },
  }
}
export type NotificationProtocol = ReturnType<typeof createNotifications>
