import type { StateKey } from '@cess/primitives'
import fc from 'fast-check'

/** Short keys of few bytes, so that they share prefixes and hit each other, and now and then a long one. */
export const keys: fc.Arbitrary<StateKey> = fc
  .oneof(
    {
      weight: 9,
      arbitrary: fc.array(fc.constantFrom(0x00, 0x01, 0x10, 0x11, 0xf0, 0xff), { maxLength: 4 }),
    },
    {
      weight: 1,
      arbitrary: fc.array(fc.constantFrom(0x00, 0x11), { minLength: 30, maxLength: 60 }),
    },
  )
  .map((bytes) => String.fromCharCode(...bytes) as StateKey)

/** Values on both sides of every threshold. */
export const values: fc.Arbitrary<Uint8Array> = fc
  .tuple(fc.constantFrom(0, 1, 2, 20, 28, 31, 32, 33, 64, 100), fc.nat(255))
  .map(([length, byte]) => new Uint8Array(length).fill(byte))

export const versions = fc.constantFrom(0 as const, 1 as const)
