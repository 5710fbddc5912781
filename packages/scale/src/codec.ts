import { ScaleError } from './errors.ts'
import { Reader } from './reader.ts'
import { Writer } from './writer.ts'

/** One field of a composite or of a variant. `name` is absent in tuple structs. */
export interface FieldDef {
  readonly name?: string
  readonly codec: AnyCodec
  /** The name the type has in Rust source, which some clients show. */
  readonly typeName?: string
  readonly docs?: string
}

export interface VariantDef {
  readonly name: string
  readonly index: number
  readonly fields: readonly FieldDef[]
  readonly docs?: string
}

export type PrimitiveName =
  | 'bool'
  | 'char'
  | 'str'
  | 'u8'
  | 'u16'
  | 'u32'
  | 'u64'
  | 'u128'
  | 'u256'
  | 'i8'
  | 'i16'
  | 'i32'
  | 'i64'
  | 'i128'
  | 'i256'

/** What a codec encodes, in the terms of scale-info (the type language of FRAME metadata). */
export type TypeDef =
  | { readonly tag: 'primitive'; readonly name: PrimitiveName }
  | { readonly tag: 'compact'; readonly of: AnyCodec }
  | { readonly tag: 'sequence'; readonly of: AnyCodec }
  | { readonly tag: 'array'; readonly of: AnyCodec; readonly length: number }
  | { readonly tag: 'tuple'; readonly of: readonly AnyCodec[] }
  | {
      readonly tag: 'composite'
      readonly path: string
      readonly fields: readonly FieldDef[]
      readonly params?: readonly TypeParam[]
    }
  | {
      readonly tag: 'variant'
      readonly path: string
      readonly variants: readonly VariantDef[]
      readonly params?: readonly TypeParam[]
    }
  | { readonly tag: 'bitSequence'; readonly store: AnyCodec; readonly order: AnyCodec }
  /** A type that is described later, because it contains itself (RuntimeCall inside Utility.batch). */
  | { readonly tag: 'lazy'; readonly of: () => AnyCodec }

export interface TypeParam {
  readonly name: string
  readonly codec?: AnyCodec
}

/**
 * How values of `T` become SCALE bytes and come back, and what they look like in metadata.
 * A codec object is one type: share the object to share the type.
 */
export interface Codec<T> {
  readonly def: TypeDef
  write(writer: Writer, value: T): void
  /** @throws ScaleError when the bytes are not a `T`. */
  read(reader: Reader): T
}

// biome-ignore lint/suspicious/noExplicitAny: a codec of some type, the one place where that is the meaning
export type AnyCodec = Codec<any>

/** The type that a codec encodes. */
export type Infer<C> = C extends Codec<infer T> ? T : never

export const encode = <T>(codec: Codec<T>, value: T): Uint8Array => {
  const writer = Writer.take()
  try {
    codec.write(writer, value)
    return writer.finish()
  } finally {
    writer.release()
  }
}

/** Decodes all of `bytes`. @throws ScaleError on malformed input or bytes left over. */
export const decode = <T>(codec: Codec<T>, bytes: Uint8Array): T => {
  const reader = new Reader(bytes)
  const value = codec.read(reader)
  if (reader.remaining !== 0)
    throw new ScaleError('TRAILING_BYTES', `${reader.remaining} bytes are left over`)
  return value
}
