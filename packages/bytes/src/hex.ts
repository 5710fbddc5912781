/** `0x`-prefixed lower-case hex. */
export type Hex = `0x${string}`

const HEX = /^(?:0x)?(?:[0-9a-fA-F]{2})*$/

/** Bytes as `0x…` lower-case hex. */
export const toHex = (bytes: Uint8Array): Hex => `0x${bytes.toHex()}`

/**
 * Hex (with or without `0x`, either case) as bytes.
 * @throws SyntaxError when a character is not hex or the count is odd.
 */
export const fromHex = (hex: string): Uint8Array =>
  Uint8Array.fromHex(hex.startsWith('0x') ? hex.slice(2) : hex)

/** Whether `value` is hex of an even length, optionally of exactly `bytes` bytes. */
export const isHex = (value: unknown, bytes?: number): value is Hex =>
  typeof value === 'string' &&
  value.startsWith('0x') &&
  HEX.test(value) &&
  (bytes === undefined || value.length === 2 + 2 * bytes)
