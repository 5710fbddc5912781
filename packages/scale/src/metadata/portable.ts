import type { Infer } from '../codec.ts'
import { option, vec } from '../collections.ts'
import { enumeration, kase, struct, variant } from '../composites.ts'
import { compact, str, u8, u32 } from '../primitives.ts'

/** A type's number in the registry. */
export const typeId = compact(u32)

const docs = vec(str)
const field = struct('', {
  name: option(str),
  type: typeId,
  typeName: option(str),
  docs,
})

const primitiveName = enumeration('', [
  'bool',
  'char',
  'str',
  'u8',
  'u16',
  'u32',
  'u64',
  'u128',
  'u256',
  'i8',
  'i16',
  'i32',
  'i64',
  'i128',
  'i256',
])

const shape = variant('', {
  Composite: kase(0, vec(field)),
  Variant: kase(1, vec(struct('', { name: str, fields: vec(field), index: u8, docs }))),
  Sequence: kase(2, typeId),
  Array: kase(3, struct('', { length: u32, of: typeId })),
  Tuple: kase(4, vec(typeId)),
  Primitive: kase(5, primitiveName),
  Compact: kase(6, typeId),
  BitSequence: kase(7, struct('', { store: typeId, order: typeId })),
})
export type TypeShape = Infer<typeof shape>

/** One entry of a registry (scale-info 2, `PortableType`). */
export const portableType = struct('', {
  id: typeId,
  path: vec(str),
  params: vec(struct('', { name: str, type: option(typeId) })),
  def: shape,
  docs,
})
export type PortableType = Infer<typeof portableType>
