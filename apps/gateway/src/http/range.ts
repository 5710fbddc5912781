import { GatewayError } from '../errors.ts'
import type { ByteRange } from '../read/reader.ts'

/**
 * The part of a file that a `Range` header asks for (RFC 9110 §14.1.2); undefined for the whole, also when there are
 * several ranges or another unit, which a server may ignore. @throws GatewayError RANGE_NOT_SATISFIABLE
 */
export function parseRange(text: string | undefined, size: number): ByteRange | undefined {
  const parts = /^bytes\s*=\s*(\d{0,15})\s*-\s*(\d{0,15})$/i.exec(text?.trim() ?? '')
  if (!parts || (parts[1] === '' && parts[2] === '')) return undefined
  const none = (): GatewayError =>
    new GatewayError(
      'RANGE_NOT_SATISFIABLE',
      `The file has ${size} bytes, and "${text}" lies outside of them.`,
      { size },
    )
  if (parts[1] === '') {
    const length = Math.min(Number(parts[2]), size)
    if (length === 0) throw none()
    return { offset: size - length, length }
  }
  const from = Number(parts[1])
  const to = parts[2] === '' ? size - 1 : Math.min(Number(parts[2]), size - 1)
  if (parts[2] !== '' && Number(parts[2]) < from) return undefined
  if (from >= size) throw none()
  return { offset: from, length: to - from + 1 }
}
