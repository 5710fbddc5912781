import { FingerprintError } from './errors.ts'

/** UTF-8 bytes of a text, and UTF-16 units of what it becomes: some hundred books. */
const LONGEST = 64 << 20
/** Marks on one character. Normalization sorts them in quadratic time. */
const MARKS = 1000
/** Longest that one UTF-16 unit becomes under NFKC: U+FDFA. */
const MOST_GROWTH = 18
const FIRST_MARK = 0x300

const tooLarge = (): FingerprintError =>
  new FingerprintError(
    'TOO_LARGE',
    `The text is longer than ${LONGEST} bytes, or becomes so when it is normalized. Register its parts.`,
  )

/** Bytes of UTF-8; half of a pair of surrogates counts two, alone or not. */
function utf8Length(text: string): number {
  let length = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    const half = unit >= 0xd800 && unit < 0xe000
    length += unit < 0x80 ? 1 : unit < 0x800 || half ? 2 : 3
  }
  return length
}

/** @throws FingerprintError TOO_LARGE */
export function checkLength(text: string): void {
  if (text.length > LONGEST || (3 * text.length > LONGEST && utf8Length(text) > LONGEST))
    throw tooLarge()
}

/** Refuses marks that nobody writes, before they are sorted. @throws FingerprintError BAD_INPUT */
export function checkMarks(text: string): void {
  let run = 0
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) < FIRST_MARK) {
      run = 0
      continue
    }
    const point = text.codePointAt(i)!
    if (point > 0xffff) i++
    run = isMark(point) ? run + 1 : 0
    if (run > MARKS)
      throw new FingerprintError(
        'BAD_INPUT',
        `The text has a character with more than ${MARKS} marks on it. Remove what is no text.`,
      )
  }
}

/** Refuses text that NFKC would make too long, before it does. @throws FingerprintError TOO_LARGE */
export function checkGrowth(text: string): void {
  if (text.length * MOST_GROWTH <= LONGEST) return
  let length = 0
  for (let i = 0; i < text.length; i++) length += grown(text.charCodeAt(i))
  if (length > LONGEST) throw tooLarge()
}

/** Remembers a number above 0 for each UTF-16 unit that was asked for. */
function remembered(of: (point: number) => number): (point: number) => number {
  const known = new Uint8Array(0x10000)
  return (point) => {
    if (point > 0xffff) return of(point)
    if (known[point] === 0) known[point] = of(point)
    return known[point]!
  }
}
const marks = remembered((point) => (/^\p{M}$/u.test(String.fromCodePoint(point)) ? 2 : 1))
const isMark = (point: number): boolean => marks(point) === 2
const grown = remembered((unit) => String.fromCharCode(unit).normalize('NFKC').length)
