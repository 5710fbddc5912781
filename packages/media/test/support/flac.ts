import { createRequire } from 'node:module'

interface Encoder {
  isReady(): boolean
  on(event: 'ready', listener: () => void): void
  create_libflac_encoder(
    rate: number,
    channels: number,
    bits: number,
    level: number,
    samples: number,
    verify: boolean,
  ): number
  init_encoder_stream(encoder: number, write: (bytes: Uint8Array) => void): number
  FLAC__stream_encoder_process_interleaved(encoder: number, samples: Int32Array, n: number): boolean
  FLAC__stream_encoder_finish(encoder: number): boolean
  FLAC__stream_encoder_delete(encoder: number): void
}
const library = createRequire(import.meta.url)('libflacjs') as (variant: 'min') => Encoder

/** Mono sound of 16 bits and 44,100 samples a second as FLAC. */
export async function asFlac(samples: Float32Array): Promise<Uint8Array> {
  const flac = library('min')
  if (!flac.isReady()) await new Promise<void>((ready) => flac.on('ready', () => ready()))
  const encoder = flac.create_libflac_encoder(44_100, 1, 16, 5, 0, false)
  const parts: Uint8Array[] = []
  flac.init_encoder_stream(encoder, (bytes) => void parts.push(bytes.slice()))
  const whole = Int32Array.from(samples, (x) => Math.max(-1, Math.min(1, x)) * 32_767)
  flac.FLAC__stream_encoder_process_interleaved(encoder, whole, whole.length)
  flac.FLAC__stream_encoder_finish(encoder)
  flac.FLAC__stream_encoder_delete(encoder)
  return new Uint8Array(Buffer.concat(parts))
}
