import type { StateKey } from '@cess/primitives'
import fc from 'fast-check'
import type { Step } from './model.ts'

export const keys: fc.Arbitrary<StateKey> = fc
  .array(fc.constantFrom(0x00, 0x01, 0x10, 0xff), { maxLength: 3 })
  .map((bytes) => String.fromCharCode(...bytes) as StateKey)
const values = fc
  .tuple(fc.constantFrom(0, 1, 31, 32, 33, 80, 600), fc.constantFrom(0, 3, 4, 8, 255))
  .map(([length, byte]) => new Uint8Array(length).fill(byte))
const items = fc.uint8Array({ minLength: 1, maxLength: 3 })
const child = fc.option(fc.constantFrom('a' as StateKey, 'ab' as StateKey), { nil: undefined })

const made = <const T extends object>(parts: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(parts) as unknown as fc.Arbitrary<Step>
const named = (name: Step['do']) => fc.constant(name)

export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: made({ do: named('put'), key: keys, value: values, child }) },
    { weight: 3, arbitrary: made({ do: named('delete'), key: keys, child }) },
    { weight: 3, arbitrary: made({ do: named('next'), key: keys, child }) },
    { weight: 2, arbitrary: made({ do: named('append'), key: keys, value: items }) },
    {
      weight: 2,
      arbitrary: made({
        do: named('clear'),
        key: keys,
        limit: fc.option(fc.nat(4), { nil: undefined }),
        child,
      }),
    },
    { weight: 1, arbitrary: made({ do: named('kill'), child: fc.constant('a' as StateKey) }) },
    { weight: 2, arbitrary: made({ do: named('begin') }) },
    { weight: 1, arbitrary: made({ do: named('commit') }) },
    { weight: 2, arbitrary: made({ do: named('rollback') }) },
    { weight: 2, arbitrary: made({ do: named('root') }) },
  ),
  { maxLength: 40, size: 'max' },
)
export const versions = fc.constantFrom(0 as const, 1 as const)
