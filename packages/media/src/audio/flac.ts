/// <reference path="../untyped.d.ts" />
import flacLibrary from 'libflacjs'
import { Unreadable } from '../unreadable.ts'
import type { Sound } from './wav.ts'

/** Blocks that are put together to one piece. */
const AT_ONCE = 32
const END_OF_STREAM = 4

/** Whole numbers of `bits` bits, as the library gives them, to fractions. */
function fractions(bytes: Uint8Array, bits: number): Float32Array {
  const width = bits <= 8 ? 1 : bits <= 16 ? 2 : bits <= 24 ? 3 : 4
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const scale = 2 ** (bits - 1)
  return Float32Array.from({ length: Math.floor(bytes.length / width) }, (_, i) => {
    const at = i * width
    if (width === 1) return view.getInt8(at) / scale
    if (width === 2) return view.getInt16(at, true) / scale
    if (width === 3) return (view.getInt16(at + 1, true) * 256 + view.getUint8(at)) / scale
    return view.getInt32(at, true) / scale
  })
}

function joined(blocks: readonly Float32Array[][]): Float32Array[] {
  return blocks[0]!.map((_, c) => {
    const parts = blocks.map((block) => block[c]!)
    const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
    let at = 0
    for (const part of parts) {
      all.set(part, at)
      at += part.length
    }
    return all
  })
}

/** Reads FLAC (RFC 9639). @throws Unreadable */
export async function openFlac(bytes: Uint8Array): Promise<Sound> {
  const flac = flacLibrary('min')
  if (!flac.isReady()) await new Promise<void>((ready) => flac.on('ready', () => ready()))
  const bad = (): Unreadable =>
    new Unreadable('The recording does not decode; it is damaged or was cut off.')
  const decoder = flac.create_libflac_decoder(true)
  if (!decoder) throw bad()
  let at = 0
  let failed = false
  let info: { readonly sampleRate: number; readonly channels: number } | undefined
  let blocks: Float32Array[][] = []
  flac.init_decoder_stream(
    decoder,
    (size) => {
      const part = bytes.slice(at, at + size)
      at += part.length
      return { buffer: part, readDataLength: part.length, error: false }
    },
    (channels, { bitsPerSample }) =>
      void blocks.push(channels.map((channel) => fractions(channel, bitsPerSample))),
    () => {
      failed = true
    },
    (metadata) => {
      if (metadata) info = metadata
    },
  )
  flac.FLAC__stream_decoder_process_until_end_of_metadata(decoder)
  if (!info || info.sampleRate < 1_000) {
    flac.FLAC__stream_decoder_delete(decoder)
    throw bad()
  }
  function* pieces(): Generator<Float32Array[]> {
    try {
      for (;;) {
        const going = flac.FLAC__stream_decoder_process_single(decoder)
        const ended = flac.FLAC__stream_decoder_get_state(decoder) === END_OF_STREAM
        if (failed || (!going && !ended)) throw bad()
        if (blocks.length >= AT_ONCE || (ended && blocks.length > 0)) {
          yield joined(blocks)
          blocks = []
        }
        if (ended) return
      }
    } finally {
      flac.FLAC__stream_decoder_finish(decoder)
      flac.FLAC__stream_decoder_delete(decoder)
    }
  }
  return { rate: info.sampleRate, pieces: pieces() }
}
