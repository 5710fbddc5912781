import { utf8 } from '@cess/bytes'
import { ss58Decode } from '@cess/crypto'
import {
  type AnyCodec,
  bool,
  decode,
  type FieldDef,
  i8,
  i16,
  i32,
  i64,
  i128,
  i256,
  type PrimitiveName,
  str,
  u8,
  u16,
  u32,
  u64,
  u128,
  u256,
  type VariantDef,
  Writer,
} from '@cess/scale'
import { CliError } from '../errors.ts'

const SMALL = { u8, u16, u32, i8, i16, i32 } as const
const BIG = { u64, u128, u256, i64, i128, i256 } as const

const bad = (where: string, what: string): CliError =>
  new CliError('USAGE', `${where || 'The value'} must be ${what}.`)

/** Names as Rust and as TypeScript write them are one. */
const plainName = (name: string): string => name.replaceAll('_', '').toLowerCase()

function integer(where: string, json: unknown): bigint {
  if (typeof json === 'number' && Number.isSafeInteger(json)) return BigInt(json)
  if (typeof json === 'string' && /^-?\d{1,80}$/.test(json)) return BigInt(json)
  throw bad(where, 'a whole number; write large ones in quotes')
}

function writePrimitive(w: Writer, name: PrimitiveName, where: string, json: unknown): void {
  if (name === 'bool') {
    if (typeof json !== 'boolean') throw bad(where, 'true or false')
    return bool.write(w, json)
  }
  if (name === 'str') {
    if (typeof json !== 'string') throw bad(where, 'a text')
    return str.write(w, json)
  }
  const value = integer(where, json)
  try {
    if (name in SMALL) return SMALL[name as keyof typeof SMALL].write(w, Number(value))
    if (name in BIG) return BIG[name as keyof typeof BIG].write(w, value)
  } catch {
    throw bad(where, `a number that a ${name} holds`)
  }
  throw bad(where, `of a type that cannot be written here (${name})`)
}

/** Bytes of a text: 0x hex, or the address of an account where 32 are wanted, or the text itself. */
function bytesOf(where: string, json: string, length: number | undefined): Uint8Array {
  if (json.startsWith('0x')) {
    if (!/^0x(?:[0-9a-fA-F]{2})*$/.test(json)) throw bad(where, 'hex with two digits for each byte')
    return Uint8Array.fromHex(json.slice(2))
  }
  if (length !== 32) return utf8(json)
  try {
    return ss58Decode(json).bytes
  } catch {
    throw bad(where, 'an address, or 0x and 64 hex characters')
  }
}

const isByte = ({ def }: AnyCodec): boolean => def.tag === 'primitive' && def.name === 'u8'

function writeList(w: Writer, of: AnyCodec, where: string, json: unknown, length?: number): void {
  if (isByte(of) && typeof json === 'string') {
    const bytes = bytesOf(where, json, length)
    if (length === undefined) w.compactU32(bytes.length)
    else if (bytes.length !== length) throw bad(where, `${length} bytes, not ${bytes.length}`)
    return w.raw(bytes)
  }
  if (!Array.isArray(json) || (length !== undefined && json.length !== length))
    throw bad(where, length === undefined ? 'a list' : `a list of ${length}`)
  if (length === undefined) w.compactU32(json.length)
  for (const [i, one] of json.entries()) write(w, of, `${where}[${i}]`, one)
}

function writeFields(w: Writer, fields: readonly FieldDef[], where: string, json: unknown): void {
  if (fields.length === 0) return
  const [only] = fields
  if (fields.length === 1 && only?.name === undefined) return write(w, only!.codec, where, json)
  if (only?.name === undefined) {
    if (!Array.isArray(json) || json.length !== fields.length)
      throw bad(where, `a list of ${fields.length}`)
    for (const [i, field] of fields.entries()) write(w, field.codec, `${where}[${i}]`, json[i])
    return
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw bad(where, `an object with ${fields.map(({ name }) => name).join(', ')}`)
  const given = new Map(Object.entries(json).map(([name, one]) => [plainName(name), one]))
  for (const { name, codec } of fields) {
    const key = plainName(name!)
    write(w, codec, where ? `${where}.${name}` : name!, given.get(key))
    given.delete(key)
  }
  for (const name of given.keys())
    throw bad(
      where,
      `an object with ${fields.map((f) => f.name).join(', ')}, and without "${name}"`,
    )
}

function writeVariant(
  w: Writer,
  path: string,
  variants: readonly VariantDef[],
  where: string,
  json: unknown,
): void {
  const named = (name: string) => variants.find((v) => plainName(v.name) === plainName(name))
  const put = (found: VariantDef, value: unknown): void => {
    w.u8(found.index)
    writeFields(w, found.fields, where, value)
  }
  if (path === 'Option') {
    if (json === null || json === undefined) return w.u8(0)
    return put(named('Some')!, json)
  }
  const id = path.endsWith('::MultiAddress') ? named('Id') : undefined
  if (typeof json === 'string') {
    const found = named(json)
    if (found && found.fields.length === 0) return put(found, undefined)
    if (id) return put(id, json)
  }
  const [entry, more] =
    typeof json === 'object' && json !== null && !Array.isArray(json) ? Object.entries(json) : []
  const found = entry && !more && named(entry[0])
  if (!found)
    throw bad(where, `one of ${variants.map(({ name }) => name).join(', ')}, as {"Name": value}`)
  put(found, entry[1])
}

function write(w: Writer, codec: AnyCodec, where: string, json: unknown): void {
  const { def } = codec
  switch (def.tag) {
    case 'primitive':
      return writePrimitive(w, def.name, where, json)
    case 'compact': {
      const value = integer(where, json)
      if (value < 0n || value >= 1n << 128n) throw bad(where, 'a number from 0 on')
      return w.compact(value)
    }
    case 'sequence':
      return writeList(w, def.of, where, json)
    case 'array':
      return writeList(w, def.of, where, json, def.length)
    case 'tuple':
      return writeFields(
        w,
        def.of.map((of) => ({ codec: of })),
        where,
        json,
      )
    case 'composite':
      return writeFields(w, def.fields, where, json)
    case 'variant':
      return writeVariant(w, def.path, def.variants, where, json)
    case 'lazy':
      return write(w, def.of(), where, json)
    default:
      throw bad(where, 'of a type that cannot be written here')
  }
}

/**
 * A value of a codec from JSON: byte strings as 0x hex or text, accounts as addresses, large numbers in quotes, cases
 * as `"Name"` or `{"Name": value}`. @throws CliError USAGE naming the field that is wrong
 */
export function fromJson(codec: AnyCodec, where: string, json: unknown): unknown {
  const writer = Writer.take()
  try {
    write(writer, codec, where, json)
    return decode(codec, writer.finish())
  } catch (error) {
    if (error instanceof CliError) throw error
    throw bad(where, `what the chain takes (${error instanceof Error ? error.message : error})`)
  } finally {
    writer.release()
  }
}
