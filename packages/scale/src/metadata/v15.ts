import { option, unit, vec } from '../collections.ts'
import { struct } from '../composites.ts'
import { str, u8 } from '../primitives.ts'
import { assemble } from './assemble.ts'
import type { RuntimeDescription } from './description.ts'
import { constant, docs, extension, method, outerEnums, type TypeRef } from './parts.ts'
import { storageV14 } from './v14.ts'

const pallet = (type: TypeRef) =>
  struct('', {
    name: str,
    storage: storageV14(type),
    calls: option(type),
    events: option(type),
    constants: vec(constant(type)),
    errors: option(type),
    index: u8,
    docs,
  })
