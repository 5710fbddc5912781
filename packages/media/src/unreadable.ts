/** Why a file gives no content code: a sentence for people. Anything else that a decoder throws becomes one as well. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

/** Bounds of what is decoded. */
export const LIMITS = {
  /** Bytes of a file. */
  image: 64 << 20,
  text: 64 << 20,
  audio: 256 << 20,
  /** Pixels of a picture. */
  pixels: 100_000_000,
  /** Bytes that an archive may unpack to, and its entries. */
  unpacked: 64 << 20,
  entries: 10_000,
  /** Characters of text. */
  characters: 16 << 20,
  /** Seconds of sound. */
  seconds: 12 * 3600,
  pages: 5_000,
} as const
