/// <reference path="../untyped.d.ts" />
import mp3 from 'js-mp3'
import { Unreadable } from '../unreadable.ts'
import type { Sound } from './wav.ts'

/** Frames that are put together to one piece. */
const AT_ONCE = 100

/** The samples of a frame: 16 bits, two channels by turns. */
function channelsOf(parts: readonly ArrayBuffer[]): Float32Array[] {
  const pairs = parts.map((part) => new Int16Array(part, 0, part.byteLength >> 1))
  const length = pairs.reduce((sum, part) => sum + (part.length >> 1), 0)
  const [left, right] = [new Float32Array(length), new Float32Array(length)]
  let at = 0
  for (const part of pairs)
    for (let i = 0; i + 1 < part.length; i += 2, at++) {
      left[at] = part[i]! / 32_768
      right[at] = part[i + 1]! / 32_768
    }
  return [left, right]
}

/** Reads MPEG-1 Layer III. @throws Unreadable */
export function openMp3(bytes: Uint8Array): Sound {
  const copy = bytes.slice().buffer
  let decoder: ReturnType<typeof mp3.newDecoder>
  try {
    decoder = mp3.newDecoder(copy)
  } catch {
    decoder = null
  }
  if (!decoder)
    throw new Unreadable(
      'The recording is no MPEG-1 Layer III that can be read, or is damaged. Save it as WAV or FLAC.',
    )
  const { sampleRate: rate } = decoder
  function* pieces(from: NonNullable<typeof decoder>): Generator<Float32Array[]> {
    let parts: ArrayBuffer[] = from.buf ? [from.buf] : []
    for (;;) {
      // What the library has decoded is taken away: it would copy all of it for every frame.
      from.buf = null
      const { err } = from.readFrame()
      if (from.buf) parts.push(from.buf)
      if (parts.length >= AT_ONCE || (err && parts.length > 0)) {
        yield channelsOf(parts)
        parts = []
      }
      if (err) return
    }
  }
  return { rate, pieces: pieces(decoder) }
}
