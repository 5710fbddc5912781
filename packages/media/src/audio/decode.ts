import { LIMITS, Unreadable } from '../unreadable.ts'
import { createChromaprint } from './chromaprint.ts'
import { openFlac } from './flac.ts'
import { openMp3 } from './mp3.ts'
import { openOgg } from './ogg.ts'
import { createResampler } from './resample.ts'
import { openWav, type Sound, tooLong } from './wav.ts'

/** Fewest features that an Audio-Code can be made of: five seconds or so. */
const FEWEST = 16

async function open(format: string, bytes: Uint8Array): Promise<Sound> {
  if (format === 'wav') return openWav(bytes)
  if (format === 'mp3') return openMp3(bytes)
  return format === 'flac' ? openFlac(bytes) : openOgg(bytes)
}

/** The Chromaprint of a recording, and its seconds. @throws Unreadable, and what decoders throw */
export async function chromaprintOf(
  format: string,
  bytes: Uint8Array,
): Promise<{ readonly features: readonly number[]; readonly seconds: number }> {
  if (bytes.length > LIMITS.audio)
    throw new Unreadable(
      `Recordings of up to ${LIMITS.audio >> 20} MiB are read, and this one is larger.`,
    )
  const { rate, pieces } = await open(format, bytes)
  const print = createChromaprint()
  const resampler = createResampler(rate, (samples) => print.add(samples))
  let frames = 0
  for await (const channels of pieces) {
    frames += channels[0]?.length ?? 0
    if (frames / rate > LIMITS.seconds) throw tooLong()
    resampler.add(channels)
  }
  resampler.end()
  const features = print.finish()
  if (features.length < FEWEST)
    throw new Unreadable('The recording is too short: an Audio-Code takes five seconds of sound.')
  return { features, seconds: frames / rate }
}
