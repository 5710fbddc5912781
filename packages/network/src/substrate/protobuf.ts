import { concat } from '@cess/bytes'
import { NetworkError } from '../errors.ts'

/** One field: a varint (wire type 0) or bytes (wire type 2). */
export interface Field {
  readonly id: number
  readonly value: bigint | Uint8Array
}

function varint(value: bigint): Uint8Array {
  const out: number[] = []
  let rest = value
  for (; rest > 127n; rest >>= 7n) out.push(Number(rest & 127n) | 128)
  out.push(Number(rest))
  return Uint8Array.from(out)
}

export const protobuf = (fields: readonly Field[]): Uint8Array =>
  concat(
    ...fields.flatMap(({ id, value }) =>
      typeof value === 'bigint'
        ? [varint(BigInt(id << 3)), varint(value)]
        : [varint(BigInt((id << 3) | 2)), varint(BigInt(value.length)), value],
    ),
  )

/** The fields in order of the message, at most `maxFields`. Throws MALFORMED. */
export function parseProtobuf(bytes: Uint8Array, maxFields: number): Field[] {
  let at = 0
  const bad = (why: string) => new NetworkError('MALFORMED', `not a protobuf message: ${why}`)
  const number = (): bigint => {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++]
      if (byte === undefined) throw bad('cut short')
      value |= BigInt(byte & 127) << shift
      if (byte < 128) {
        if (value >> 64n) break
        return value
      }
    }
    throw bad('a number over 64 bits')
  }
  const skip = (length: number): Uint8Array => {
    if (length > bytes.length - at) throw bad('cut short')
    at += length
    return bytes.subarray(at - length, at)
  }
  const fields: Field[] = []
  while (at < bytes.length) {
    if (fields.length >= maxFields) throw bad(`over ${maxFields} fields`)
    const tag = number()
    const id = Number(tag >> 3n)
    const wire = Number(tag & 7n)
    if (id === 0 || id >= 2 ** 29) throw bad('a bad field number')
    if (wire === 0) fields.push({ id, value: number() })
    else if (wire === 2) fields.push({ id, value: skip(Number(number())) })
    else if (wire === 1) skip(8)
    else if (wire === 5) skip(4)
    else throw bad(`wire type ${wire}`)
  }
  return fields
}
