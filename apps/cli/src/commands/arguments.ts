import { type FileId, isFileId } from '@cess/bytes'
import { InvalidArgumentError } from 'commander'

/** A whole number within bounds. */
export const whole =
  (low: number, high: number) =>
  (text: string): number => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
    if (!(value >= low && value <= high))
      throw new InvalidArgumentError(`It must be a whole number from ${low} to ${high}.`)
    return value
  }

/** A file id. */
export function fid(text: string): FileId {
  const id = text.toLowerCase().replace(/^0x/, '')
  if (!isFileId(id))
    throw new InvalidArgumentError('A file id has 64 hex characters. `cess ls` shows yours.')
  return id
}

/** Plaintext bytes, first and last included: `0-1023`, `1024-`. */
export function byteRange(text: string): { offset: number; length: number | undefined } {
  const parts = /^(\d{1,15})-(\d{1,15})?$/.exec(text)
  const [from, to] = [Number(parts?.[1]), parts?.[2] === undefined ? undefined : Number(parts[2])]
  if (!parts || (to !== undefined && to < from))
    throw new InvalidArgumentError(
      'Write first and last byte, counted from 0: 0-1023, or 1024- for the rest.',
    )
  return { offset: from, length: to === undefined ? undefined : to - from + 1 }
}
