import { LIMITS, Unreadable } from '../unreadable.ts'

/** Sound as it comes out of a decoder. */
export interface Sound {
  readonly rate: number
  /** Pieces of some seconds: channels of one length, −1 to 1. */
  readonly pieces: Iterable<readonly Float32Array[]> | AsyncIterable<readonly Float32Array[]>
}

const [PCM, FLOAT, EXTENSIBLE] = [1, 3, 0xfffe]
const PIECE_FRAMES = 1 << 16

/** Reads a WAV file (RIFF, WAVE): whole numbers of 8 to 32 bits, or fractions. @throws Unreadable */
export function openWav(bytes: Uint8Array): Sound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let format: { code: number; channels: number; rate: number; bits: number } | undefined
  for (let at = 12; at + 8 <= bytes.length; ) {
    const id = String.fromCharCode(...bytes.subarray(at, at + 4))
    const size = view.getUint32(at + 4, true)
    const body = at + 8
    if (id === 'fmt ' && body + 16 <= bytes.length) {
      const code = view.getUint16(body, true)
      const extended = code === EXTENSIBLE && size >= 26 && body + 26 <= bytes.length
      format = {
        code: extended ? view.getUint16(body + 24, true) : code,
        channels: view.getUint16(body + 2, true),
        rate: view.getUint32(body + 4, true),
        bits: view.getUint16(body + 14, true),
      }
    }
    if (id === 'data') {
      if (!format) break
      return pieces(view, body, Math.min(size, bytes.length - body), format)
    }
    at = body + size + (size & 1)
  }
  throw new Unreadable('The recording has no sound that can be read; it is damaged or was cut off.')
}

function pieces(
  view: DataView,
  from: number,
  length: number,
  { code, channels, rate, bits }: { code: number; channels: number; rate: number; bits: number },
): Sound {
  const sizes = code === PCM ? [8, 16, 24, 32] : code === FLOAT ? [32, 64] : []
  const possible = channels >= 1 && channels <= 32 && rate >= 1_000 && rate <= 768_000
  if (!sizes.includes(bits) || !possible)
    throw new Unreadable(
      'The recording has samples of a kind that is not read. Save it as 16-bit WAV.',
    )
  const width = bits / 8
  const frames = Math.floor(length / (width * channels))
  if (frames / rate > LIMITS.seconds) throw tooLong()
  const read = (at: number): number => {
    if (code === FLOAT) return bits === 32 ? view.getFloat32(at, true) : view.getFloat64(at, true)
    if (bits === 8) return (view.getUint8(at) - 128) / 128
    if (bits === 16) return view.getInt16(at, true) / 32_768
    if (bits === 32) return view.getInt32(at, true) / 2 ** 31
    return (view.getInt16(at + 1, true) * 256 + view.getUint8(at)) / 2 ** 23
  }
  function* all(): Generator<Float32Array[]> {
    for (let start = 0; start < frames; start += PIECE_FRAMES) {
      const count = Math.min(PIECE_FRAMES, frames - start)
      yield Array.from({ length: channels }, (_, c) =>
        Float32Array.from({ length: count }, (_, i) => {
          const value = read(from + width * ((start + i) * channels + c))
          return Number.isFinite(value) ? Math.max(-1, Math.min(1, value)) : 0
        }),
      )
    }
  }
  return { rate, pieces: all() }
}

export const tooLong = (): Unreadable =>
  new Unreadable(
    `Recordings of up to ${LIMITS.seconds / 3600} hours are read, and this one is longer.`,
  )
