import { StbVorbis } from 'stb-vorbis'
import { LIMITS, Unreadable } from '../unreadable.ts'
import { type Sound, tooLong } from './wav.ts'

/** Samples of all channels that may be decoded, since this decoder gives them at once. */
const MOST = 400_000_000

/** Position of the last Ogg page in samples (RFC 3533), without decoding: what the file says. */
function samplesOf(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = bytes.length - 27; at >= 0; at--)
    if (view.getUint32(at) === 0x4f676753) return Number(view.getBigUint64(at + 6, true))
  return 0
}

/** Reads Vorbis in Ogg. @throws Unreadable, and what the library throws */
export async function openOgg(bytes: Uint8Array): Promise<Sound> {
  const start = String.fromCharCode(...bytes.subarray(0, 64))
  const at = start.indexOf('\x01vorbis')
  if (at < 0)
    throw new Unreadable('The recording is in Ogg, but not Vorbis. Save it as FLAC, WAV or MP3.')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const [channels, rate] = [view.getUint8(at + 11), view.getUint32(at + 12, true)]
  const samples = samplesOf(bytes)
  if (samples * channels > MOST || samples / rate > LIMITS.seconds) throw tooLong()
  await StbVorbis.ready
  const found = StbVorbis.decode(bytes)
  return { rate: found.sampleRate, pieces: [found.channels] }
}
