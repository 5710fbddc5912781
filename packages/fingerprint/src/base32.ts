import { FingerprintError } from './errors.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** RFC 4648 base32 without padding. */
export function toBase32(bytes: Uint8Array): string {
  let [text, held, bits] = ['', 0, 0]
  for (const byte of bytes) {
    held = (held << 8) | byte
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET[(held >> (bits - 5)) & 31]
    held &= (1 << bits) - 1
  }
  return bits > 0 ? text + ALPHABET[(held << (5 - bits)) & 31] : text
}

/** Every byte string has one text: bits that are left over must be zeros. @throws FingerprintError BAD_CODE */
export function fromBase32(text: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8))
  let [at, held, bits] = [0, 0, 0]
  for (const letter of text) {
    const value = ALPHABET.indexOf(letter)
    if (value < 0)
      throw new FingerprintError(
        'BAD_CODE',
        `${JSON.stringify(letter)} is no letter of an ISCC: they are A to Z and 2 to 7. Copy it whole.`,
      )
    held = (held << 5) | value
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes[at++] = held >> bits
    held &= (1 << bits) - 1
  }
  if (held !== 0 || bits >= 5)
    throw new FingerprintError('BAD_CODE', 'The ISCC ends in the middle of a byte. Copy it whole.')
  return bytes
}
