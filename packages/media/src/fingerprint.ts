import {
  createDataHasher,
  createInstanceHasher,
  genIsccCode,
  genMetaCode,
  type IsccCode,
} from '@cess/fingerprint'
import { detectMedia, HEAD_BYTES, type MediaInfo } from './detect.ts'
import { BITS } from './read.ts'
import { type Outcome, runDecoder } from './run.ts'
import { LIMITS } from './unreadable.ts'

/** A file, to be read from its beginning as often as it is asked for. */
export interface MediaSource {
  readonly name: string
  /** Bytes. */
  readonly size: number
  stream(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

export interface FingerprintOptions {
  readonly title?: string
  readonly description?: string
  readonly signal?: AbortSignal
}

/** What a file is like: ISCC units of 256 bits (Meta: 64), and what was seen of it. */
export interface Fingerprint {
  readonly media: MediaInfo
  readonly meta: IsccCode
  /** Where the format can be read. */
  readonly content: IsccCode | undefined
  readonly data: IsccCode
  readonly instance: IsccCode
  /** Multihash (BLAKE3) of the bytes, as hex. */
  readonly datahash: string
  /** The ISCC-CODE: the first 64 bits of each. */
  readonly iscc: IsccCode
  readonly title: string
  readonly description: string | undefined
  readonly characters?: number
  readonly width?: number
  readonly height?: number
  readonly seconds?: number
  /** Why there is no content code, in a sentence; undefined where there is one. */
  readonly unread: string | undefined
}

const MOST = { image: LIMITS.image, text: LIMITS.text, audio: LIMITS.audio } as const

/** A name without its extension. */
const nameOf = (name: string): string =>
  name.replace(/^.*[/\\]/, '').replace(/(.)\.[^.]{1,10}$/, '$1')

function skipped(media: MediaInfo, size: number): string | undefined {
  if (media.format === 'm4a')
    return 'AAC sound is not read. Save it as FLAC, WAV or MP3 to get an Audio-Code.'
  if (media.kind === 'video')
    return 'Films are not decoded: there is no Video-Code. Copies are found by their data alone.'
  if (media.kind === 'other')
    return 'The format is not known. Copies are found by their data alone.'
  const most = MOST[media.kind]
  return size > most
    ? `The file is larger than the ${most >> 20} MiB that are decoded. Copies are found by their data alone.`
    : undefined
}

/**
 * What a file is like. Data- and Instance-Code are made of a stream, whatever its size; what is inside is decoded in a
 * thread with limits of time and memory. A file that cannot be read is no error: `unread` says why.
 * @throws what the source throws; FingerprintError for a title that is none; the signal's reason
 */
export async function fingerprintFile(
  source: MediaSource,
  options: FingerprintOptions = {},
): Promise<Fingerprint> {
  const { description, signal } = options
  const [dataHasher, instanceHasher] = [createDataHasher(), await createInstanceHasher()]
  const kept: Uint8Array[] = []
  let [held, media]: [number, MediaInfo | undefined] = [0, undefined]
  let reads = true
  for await (const part of source.stream()) {
    signal?.throwIfAborted()
    dataHasher.update(part)
    instanceHasher.update(part)
    held += part.length
    if (!reads) continue
    kept.push(part.slice())
    if (media === undefined && held >= HEAD_BYTES) {
      media = detectMedia(Buffer.concat(kept), source.name)
      reads = skipped(media, source.size) === undefined
    }
    // A source that is longer than it said.
    if (held > LIMITS.audio) reads = false
    if (!reads) kept.length = 0
  }
  media ??= detectMedia(Buffer.concat(kept), source.name)
  const why = skipped(media, held)
  const outcome: Outcome =
    why === undefined
      ? await runDecoder(
          { kind: media.kind, format: media.format, bytes: Buffer.concat(kept) },
          signal,
        )
      : { unread: why }
  const { code: content, title: inside, ...seen } = outcome.content ?? { code: undefined }
  const title = options.title ?? inside ?? nameOf(source.name)
  const meta = genMetaCode({ name: title, ...(description !== undefined && { description }) })
  const data = dataHasher.finish(BITS)
  const instance = instanceHasher.finish(BITS)
  const units = [meta.iscc, content, data, instance.iscc].filter((unit) => unit !== undefined)
  return {
    ...{ media, meta: meta.iscc, content, data, instance: instance.iscc },
    datahash: instance.datahash,
    iscc: genIsccCode(units).iscc,
    ...{ title, description },
    ...seen,
    unread: outcome.unread,
  }
}
