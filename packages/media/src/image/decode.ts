/// <reference path="../untyped.d.ts" />
import { inflateSync } from 'node:zlib'
import { convertIndexedToRgb, decode as decodePng } from 'fast-png'
import jpeg from 'jpeg-js'
import { GifReader } from 'omggif'
import webp from 'webp-wasm'
import { LIMITS, Unreadable } from '../unreadable.ts'
import { orientationOf, upright } from './exif.ts'
import { checkSize, type Picture } from './picture.ts'

const MEMORY_MIB = 1_024

function fromJpeg(bytes: Uint8Array): Picture {
  const found = jpeg.decode(bytes, {
    useTArray: true,
    formatAsRGBA: true,
    maxResolutionInMP: LIMITS.pixels / 1e6,
    maxMemoryUsageInMB: MEMORY_MIB,
  })
  checkSize(found.width, found.height)
  return upright(
    { width: found.width, height: found.height, rgba: found.data },
    orientationOf(bytes),
  )
}

/** Bytes of the pixels of a PNG when they are unpacked, at most: 8 for a pixel, and its rows' filters. */
const unpackedPng = (width: number, height: number): number => 8 * width * height + 8 * height + 64

/** Unpacks no more of a PNG than its size allows, so that one cannot fill the memory. @throws Unreadable */
function checkPng(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 33)
    throw new Unreadable('The picture ends in its first lines; it was cut off.')
  const [width, height] = [view.getUint32(16), view.getUint32(20)]
  checkSize(width, height)
  const parts: Uint8Array[] = []
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at)
    if (view.getUint32(at + 4) === 0x49444154) parts.push(bytes.subarray(at + 8, at + 8 + length))
    at += 12 + length
  }
  try {
    inflateSync(Buffer.concat(parts), { maxOutputLength: unpackedPng(width, height) })
  } catch (error) {
    const large = (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE'
    throw new Unreadable(
      large
        ? 'The picture unpacks to more than its size allows. It is damaged, or made to do harm.'
        : 'The picture does not unpack; it is damaged or was cut off.',
    )
  }
}

function fromPng(bytes: Uint8Array): Picture {
  checkPng(bytes)
  const found = decodePng(bytes)
  const { width, height, depth } = found
  const { data, channels } = found.palette
    ? { data: convertIndexedToRgb(found), channels: found.palette[0]!.length }
    : found
  const rgba = new Uint8Array(4 * width * height)
  const most = found.palette ? 255 : 2 ** depth - 1
  for (let i = 0; i < width * height; i++) {
    const grey = channels < 3
    for (let c = 0; c < 3; c++)
      rgba[4 * i + c] = (255 * data[channels * i + (grey ? 0 : c)]!) / most
    const opaque = channels === 1 || channels === 3
    rgba[4 * i + 3] = opaque ? 255 : (255 * data[channels * i + channels - 1]!) / most
  }
  return { width, height, rgba }
}

/** Width and height of a WebP from its first chunk (RFC 9649). @throws Unreadable */
function webpSize(bytes: Uint8Array): readonly [number, number] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 30) throw new Unreadable('The picture was cut off.')
  const kind = String.fromCharCode(...bytes.subarray(12, 16))
  const u24 = (at: number): number => view.getUint16(at, true) | (view.getUint8(at + 2) << 16)
  if (kind === 'VP8X') return [u24(24) + 1, u24(27) + 1]
  if (kind === 'VP8L') {
    const bits = view.getUint32(21, true)
    return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1]
  }
  return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff]
}

async function fromWebp(bytes: Uint8Array): Promise<Picture> {
  checkSize(...webpSize(bytes))
  // It looks at the whole buffer under a view.
  const found = await webp.decode(bytes.slice().buffer)
  if (!found) throw new Unreadable('The picture does not decode; it is damaged or was cut off.')
  const { width, height, data } = found
  checkSize(width, height)
  return { width, height, rgba: data }
}

function fromGif(bytes: Uint8Array): Picture {
  const reader = new GifReader(bytes)
  const { width, height } = reader
  checkSize(width, height)
  const rgba = new Uint8Array(4 * width * height)
  reader.decodeAndBlitFrameRGBA(0, rgba)
  return { width, height, rgba }
}

/** The pixels of a picture; of a moving one, its first. @throws Unreadable, and what decoders throw */
export async function decodeImage(format: string, bytes: Uint8Array): Promise<Picture> {
  if (bytes.length > LIMITS.image)
    throw new Unreadable(
      `Pictures of up to ${LIMITS.image >> 20} MiB are read, and this one is larger.`,
    )
  if (format === 'jpeg') return fromJpeg(bytes)
  if (format === 'png') return fromPng(bytes)
  return format === 'webp' ? fromWebp(bytes) : fromGif(bytes)
}
