import { concat } from '@cess/bytes'
import type { Clock } from '@cess/ports'
import type { Stream } from '@libp2p/interface'
import { Uint8ArrayList } from 'uint8arraylist'
import { NetworkError } from './errors.ts'

/** A duplex of byte strings, each behind its length as unsigned LEB128. */
export interface FrameStream {
  /** The next frame, or undefined when the other side has ended. Rejects with NetworkError. */
  read(): Promise<Uint8Array | undefined>
  /**
   * Fills `target` with the payloads of the next frames; those that come after the call are received in place. Rejects
   * with MALFORMED when a frame is empty or does not fit, with CLOSED when the other side ends before; both end the
   * stream, so that nothing is written to `target` any more.
   */
  readInto(target: Uint8Array): Promise<void>
  /**
   * Sends a frame; resolves when the transport can take more. A frame of 64 KiB or more is not copied: until its receipt
   * is answered it must not change, or the other side gets the changed bytes.
   */
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

/** Frames from this size on are sent from where they are: copying costs more than another entry in a list. */
const UNCOPIED = 64 << 10

function prefixOf(length: number): Uint8Array {
  const prefix: number[] = []
  let rest = length
  for (; rest > 127; rest = Math.floor(rest / 128)) prefix.push((rest & 127) | 128)
  prefix.push(rest)
  return Uint8Array.from(prefix)
}

export const lengthPrefixed = (payload: Uint8Array): Uint8Array =>
  concat(prefixOf(payload.length), payload)

const newBody = (length: number): Uint8Array => new Uint8Array(length)

/**
 * Cuts a byte stream into frames. Memory is bounded by `maxFrame` plus one chunk.
 * @param place gives the memory of a frame when its length is known.
 */
export function frameParser(
  maxFrame: number,
  place: (length: number) => Uint8Array = newBody,
): (chunk: Uint8Array) => Uint8Array[] {
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
        body = place(length)
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
  /** Where the next frames are to go, and what of it is given away. */
  let sink: Uint8Array | undefined
  let begun: Uint8Array | undefined
  const parse = frameParser(options.maxFrame, (length) => {
    const fits = sink !== undefined && length > 0 && length <= sink.length
    begun = fits ? (sink as Uint8Array).subarray(0, length) : new Uint8Array(length)
    // Behind one that does not fit nothing has a place.
    sink = fits ? (sink as Uint8Array).subarray(length) : undefined
    return begun
  })
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
      // A list is taken piece by piece: as one array it would be copied.
      for (const piece of event.data instanceof Uint8Array ? [event.data] : event.data)
        for (const frame of parse(piece)) {
          queue.push(frame)
          if (frame === begun) begun = undefined
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

  async function read(): Promise<Uint8Array | undefined> {
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
  }

  /** Copies frames that have memory of their own, since they began before; the others are in place. */
  async function fill(target: Uint8Array): Promise<void> {
    for (let at = 0; at < target.length; ) {
      const frame = await read()
      if (!frame) throw new NetworkError('CLOSED', 'the peer ended in the middle of an exchange')
      if (frame.length === 0 || frame.length > target.length - at)
        throw new NetworkError('MALFORMED', 'a data frame that does not fit the announced size')
      const place = target.subarray(at, at + frame.length)
      if (frame.buffer !== place.buffer || frame.byteOffset !== place.byteOffset) place.set(frame)
      at += frame.length
    }
  }

  return {
    read,
    async readInto(target) {
      const here = queue.reduce((sum, frame) => sum + frame.length, begun?.length ?? 0)
      sink = target.subarray(Math.min(here, target.length))
      try {
        await fill(target)
      } catch (error) {
        // Nothing more may arrive: the caller is free to use the memory for something else.
        fail(error as NetworkError)
        throw error
      } finally {
        sink = undefined
      }
    },
    async write(frame) {
      if (failure) throw failure
      const message =
        frame.length < UNCOPIED
          ? lengthPrefixed(frame)
          : new Uint8ArrayList(prefixOf(frame.length), frame)
      try {
        // send() throws when the stream has closed meanwhile.
        if (stream.send(message)) return
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
