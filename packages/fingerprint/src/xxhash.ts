const [P1, P2, P3, P4, P5] = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f, 0x165667b1]

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by))
const round = (x: number, word: number): number =>
  Math.imul(rotate((x + Math.imul(word, P2)) | 0, 13), P1)

/** xxHash32 with seed 0 of bytes `from` to `to`: an unsigned 32-bit number. (xxHash specification 0.1.1) */
export function xxh32(bytes: Uint8Array, from = 0, to = bytes.length): number {
  const word = (at: number): number =>
    bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
  const length = to - from
  let at = from
  let hash: number
  if (length >= 16) {
    let [a, b, c, d] = [(P1 + P2) | 0, P2 | 0, 0, -P1 | 0]
    for (; at <= to - 16; at += 16) {
      a = round(a, word(at))
      b = round(b, word(at + 4))
      c = round(c, word(at + 8))
      d = round(d, word(at + 12))
    }
    hash = (rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)) | 0
  } else hash = P5
  hash = (hash + length) | 0
  for (; at <= to - 4; at += 4)
    hash = Math.imul(rotate((hash + Math.imul(word(at), P3)) | 0, 17), P4)
  for (; at < to; at++) hash = Math.imul(rotate((hash + Math.imul(bytes[at]!, P5)) | 0, 11), P1)
  hash = Math.imul(hash ^ (hash >>> 15), P2)
  hash = Math.imul(hash ^ (hash >>> 13), P3)
  return (hash ^ (hash >>> 16)) >>> 0
}
