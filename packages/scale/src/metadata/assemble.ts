import { concat, utf8 } from '@cess/bytes'
import { type AnyCodec, type Codec, encode } from '../codec.ts'
import { vec } from '../collections.ts'
import { written } from './parts.ts'
import { portableType, typeId } from './portable.ts'
import { buildRegistry } from './registry.ts'

/** Writes a codec as the number of its type. */
const typeReference = (idOf: (codec: AnyCodec) => number): Codec<AnyCodec> => written(typeId, idOf)

/**
 * Magic, version, type registry and body. The body is written twice: once to find the types that it
 * mentions, once with their numbers.
 */
export function assemble<T>(
  version: number,
  body: (type: Codec<AnyCodec>) => Codec<T>,
  value: T,
): Uint8Array {
  const roots: AnyCodec[] = []
  encode(body(typeReference((codec) => roots.push(codec))), value)
  const registry = buildRegistry(roots)
  return concat(
    utf8('meta'),
    Uint8Array.of(version),
    encode(vec(portableType), registry.types),
    encode(body(typeReference(registry.idOf)), value),
  )
}
