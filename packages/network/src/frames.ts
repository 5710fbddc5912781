import { concat } from '@cess/bytes'
import type { Clock } from '@cess/ports'
import type { Stream } from '@libp2p/interface'
import { NetworkError } from './errors.ts'

/** A duplex of byte strings, each behind its length as unsigned LEB128. */
export interface FrameStream {
  /** The next frame, or undefined when the other side has ended. Rejects with NetworkError. */
  read(): Promise<Uint8Array | undefined>
  /** Sends a frame; resolves when the transport can take more. */
  write(frame: Uint8Array): Promise<void>
  /** Ends our side; what was written is still delivered. */
  close(): Promise<void>
  /** Drops both sides at once. */
  abort(error: Error): void
}

export interface FrameOptions {
  readonly maxFrame: number
  readonly clock: Clock
  /** Longest wait for one frame to come or for the transport to drain, in milliseconds. */
  readonly idleMs: number
}

/** Received bytes that nobody has read yet, over which the stream is paused. */
const HIGH_WATER = 1 << 20

export function lengthPrefixed(payload: Uint8Array): Uint8Array {
  const prefix: number[] = []
  let rest = payload.length
  for (; rest > 127; rest = Math.floor(rest / 128)) prefix.push((rest & 127) | 128)
  prefix.push(rest)
  return concat(Uint8Array.from(prefix), payload)
}

/** Cuts a byte stream into frames. Memory is bounded by `maxFrame` plus one chunk. */
export function frameParser(maxFrame: number): (chunk: Uint8Array) => Uint8Array[] {
  let length = 0
  let prefixBytes = 0
  let body: Uint8Array | undefined
  let filled = 0
  return (chunk) => {
    const frames: Uint8Array[] = []
    let at = 0
    while (at < chunk.length) {
      if (!body) {
        const byte = chunk[at++] as number
        length += (byte & 127) * 128 ** prefixBytes++
        if (length > maxFrame || prefixBytes > 5)
          throw new NetworkError('TOO_LARGE', `a frame of over ${maxFrame} bytes was announced`)
        if (byte > 127) continue
        // Allocated as data arrives would cost copies; one frame per stream is a known bound.
        body = new Uint8Array(length)
        filled = 0
      }
      const part = chunk.subarray(at, at + length - filled)
      body.set(part, filled)
      filled += part.length
      at += part.length
      if (filled < length) break
      frames.push(body)
      body = undefined
      length = 0
      prefixBytes = 0
    }
    return frames
  }
}

/** Wraps a fresh libp2p stream. */
export function frameStream(stream: Stream, options: FrameOptions): FrameStream {
  const { clock, idleMs } = options
  const parse = frameParser(options.maxFrame)
  const queue: Uint8Array[] = []
  let queued = 0
  let ended = false
  let failure: NetworkError | undefined
  let wake: (() => void) | undefined
  let drained: (() => void) | undefined

  const notify = (): void => {
    wake?.()
    drained?.()
  }
  const fail = (error: NetworkError): void => {
    failure ??= error
    stream.abort(error)
    notify()
  }
  const wait = (register: (done: () => void) => void, what: string): Promise<void> =>
    new Promise((resolve) => {
      const timer = clock.after(idleMs, () =>
        fail(new NetworkError('TIMEOUT', `the peer did not ${what} within ${idleMs} ms`)),
      )
      register(() => {
        timer.cancel()
        resolve()
      })
    })

  stream.addEventListener('message', (event) => {
    if (failure) return
    try {
      for (const frame of parse(event.data.subarray())) {
        queue.push(frame)
        // An empty frame costs memory too: count the array that holds it.
        queued += frame.length + 64
      }
    } catch (error) {
      return fail(error as NetworkError)
    }
    if (queued > HIGH_WATER && stream.readStatus === 'readable') stream.pause()
    wake?.()
  })
  stream.addEventListener('end', () => {
    ended = true
    wake?.()
  })
  stream.addEventListener('drain', () => drained?.())
  stream.addEventListener('close', (event) => {
    if (event.error)
      failure ??= new NetworkError('CLOSED', `the stream was cut: ${event.error.message}`)
    else if (stream.readStatus !== 'paused') ended = true
    notify()
  })

  return {
    async read() {
      while (queue.length === 0) {
        if (failure) throw failure
        if (ended) return undefined
        await wait((done) => {
          wake = done
        }, 'send a frame')
        wake = undefined
      }
      const frame = queue.shift() as Uint8Array
      queued -= frame.length + 64
      if (queued < HIGH_WATER / 2 && stream.readStatus === 'paused') stream.resume()
      return frame
    },
    async write(frame) {
      if (failure) throw failure
      try {
        // send() throws when the stream has closed meanwhile.
        if (stream.send(lengthPrefixed(frame))) return
      } catch (cause) {
        throw new NetworkError('CLOSED', 'the stream is closed', { cause })
      }
      while (stream.writableNeedsDrain && stream.status === 'open' && !failure) {
        await wait((done) => {
          drained = done
        }, 'take our data')
        drained = undefined
      }
      if (failure) throw failure
    },
    async close() {
      await stream.close().catch(() => stream.abort(new Error('could not be closed')))
    },
    abort(error) {
      fail(new NetworkError('CLOSED', error.message, { cause: error }))
    },
  }
}
