import { utf8 } from '@cess/bytes'
import { checkGrowth, checkMarks } from './text-limits.ts'

/** What counts as white space: Unicode's, and the separators of ASCII (U+001C to U+001F, U+0085). */
const SPACE =
  '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]'
const SPACES = new RegExp(`${SPACE}+`, 'gu')
const ONE_SPACE = new RegExp(SPACE, 'u')
const BLANK = new RegExp(`^${SPACE}*$`, 'u')
const NEWLINE = /\r\n|[\n\v\f\r\x85\u2028\u2029]/u
/** Control, format, private and unassigned characters that are no line ends. */
const INVISIBLE = /(?![\n\v\f\r\x85\u2028\u2029])\p{C}/gu
const NOT_TEXT = new RegExp(`[\\p{C}\\p{M}\\p{P}]|${SPACE}`, 'gu')

/** Without white space at both ends. No regular expression: it would take quadratic time for spaces within. */
export function strip(text: string): string {
  let [from, to] = [0, text.length]
  while (from < to && ONE_SPACE.test(text[from]!)) from++
  while (to > from && ONE_SPACE.test(text[to - 1]!)) to--
  return text.slice(from, to)
}

/**
 * For display: NFKC, no invisible characters, one empty line in a row at most (ISO 24138, Meta-Code, text_clean).
 * @throws FingerprintError BAD_INPUT
 */
export function cleanText(text: string): string {
  checkMarks(text)
  const lines: string[] = []
  // One empty line stays until a line with something in it: as the reference counts them.
  let empty = false
  for (const line of text.normalize('NFKC').replace(INVISIBLE, '').split(NEWLINE)) {
    const blank = BLANK.test(line)
    if (!blank || !empty) lines.push(blank ? '' : line)
    empty = blank
  }
  return strip(lines.join('\n'))
}

export const joinLines = (text: string): string => strip(text.replace(SPACES, ' '))

/** At most `bytes` of UTF-8, without the character that does not fit. */
export function trimText(text: string, bytes: number): string {
  const encoded = utf8(text)
  if (encoded.length <= bytes) return strip(text)
  let end = bytes
  // Back to where a character begins.
  while (end > 0 && (encoded[end]! & 0xc0) === 0x80) end--
  return strip(new TextDecoder().decode(encoded.subarray(0, end)))
}

/**
 * For comparison: lower case, without spaces, accents, punctuation and what is invisible (text_collapse).
 * @throws FingerprintError BAD_INPUT, TOO_LARGE
 */
export function collapseText(text: string): string {
  checkMarks(text)
  const kept = text.normalize('NFD').toLowerCase().replace(NOT_TEXT, '')
  checkGrowth(kept)
  return kept.normalize('NFKC')
}
