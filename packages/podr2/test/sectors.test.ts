import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { ROW_BYTES, rowsOf, SECTORS } from '../src/layout.ts'
import { ORDER } from '../src/scalar.ts'
import { createSectorArithmetic, plainArithmetic } from '../src/sectors.ts'
import { bytes } from './support/data.ts'

const simd = createSectorArithmetic()
const powers = (alpha: bigint): bigint[] => {
  const out = [1n]
  while (out.length < SECTORS) out.push((out.at(-1)! * alpha) % ORDER)
  return out
}
const alpha = BigInt(`0x${bytes(31, 'alpha').toHex()}`)

test('the checked-in module is what the compiler makes of kernel/fr.ts', () => {
  const script = fileURLToPath(new URL('../../../scripts/build-kernels.ts', import.meta.url))
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, '--check', 'podr2'], {
    encoding: 'utf8',
  })
  assert.equal(status, 0, stdout + stderr)
})

test('the kernel runs here and gives the sums that bigint gives, for rows of every length', () => {
  assert.notEqual(simd, plainArithmetic)
  const lengths = fc.array(fc.integer({ min: 1, max: ROW_BYTES }), { minLength: 1, maxLength: 9 })
  const coefficients = powers(alpha)
  fc.assert(
    fc.property(lengths, fc.string(), (sizes, name) => {
      const rows = sizes.map((size, i) => bytes(size, `${name}/${i}`))
      assert.deepEqual(
        simd.evaluator(coefficients)(rows),
        plainArithmetic.evaluator(coefficients)(rows),
      )
      const some = coefficients.slice(100, 100 + rows.length)
      assert.deepEqual(simd.combine(some, rows), plainArithmetic.combine(some, rows))
    }),
    { numRuns: 10 },
  )
})

test('the largest sectors and coefficients do not overflow a column', () => {
  const rows = Array.from({ length: 70 }, () => new Uint8Array(ROW_BYTES).fill(255))
  const largest = new Array<bigint>(SECTORS).fill(ORDER - 1n)
  assert.deepEqual(
    simd.evaluator(largest)(rows.slice(0, 5)),
    plainArithmetic.evaluator(largest)(rows.slice(0, 5)),
  )
  const limbs = new Array<bigint>(SECTORS).fill((1n << 254n) - 1n)
  assert.deepEqual(
    simd.evaluator(limbs)(rows.slice(0, 1)),
    plainArithmetic.evaluator(limbs)(rows.slice(0, 1)),
  )
  // More rows than the kernel keeps in memory at a time.
  const some = largest.slice(0, rows.length)
  assert.deepEqual(simd.combine(some, rows), plainArithmetic.combine(some, rows))
})

test('what earlier rows left in memory does not count', () => {
  const coefficients = powers(alpha)
  const evaluate = simd.evaluator(coefficients)
  const [expected] = evaluate([bytes(100, 'short')])
  evaluate([new Uint8Array(ROW_BYTES).fill(255)])
  assert.deepEqual(evaluate([bytes(100, 'short')]), [expected])
})

test('rows cut a fragment without gaps', () => {
  const sizes = [4096, ROW_BYTES - 1, ROW_BYTES, ROW_BYTES + 1, 8 << 20]
  for (const size of sizes) {
    const rows = rowsOf(new Uint8Array(size))
    assert.equal(rows.length, Math.ceil(size / ROW_BYTES))
    assert.equal(
      rows.reduce((sum, row) => sum + row.length, 0),
      size,
    )
  }
})
