import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { equal } from '@cess/bytes'
import { multiply } from '../src/field.ts'
import { jsKernel } from '../src/js-kernel.ts'
import { codeMatrix } from '../src/matrix.ts'
import { relaxedSimd, simd } from '../src/rs-wasm.ts'
import { simdKernel } from '../src/simd-kernel.ts'
import { fourfoldTables } from '../src/simd-tables.ts'
import { wasm } from '../src/wasm.ts'
import { rustParity } from './support/oracle.ts'
import { bytes, dataShards } from './support/shards.ts'

const node = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  assert.equal(status, 0, stdout + stderr)
  return stdout
}
const kernels = [
  jsKernel,
  ...[simd, relaxedSimd].map((module) => simdKernel(wasm!, Buffer.from(module, 'base64'))),
]
const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

test('the checked-in modules are what the compiler makes of kernel/rs.ts', () => {
  node(path('../../../scripts/build-kernels.ts'), '--check', 'erasure')
})

test('plain SIMD, relaxed SIMD and JavaScript give the same bytes for any matrix', () => {
  for (const [rows, columns, length] of [
    [1, 1, 1],
    [2, 3, 100],
    [3, 1, 40_000],
    [7, 12, 5000],
    [4, 4, 32_768],
    [11, 30, 9999],
  ] as const) {
    const matrix = { rows, columns, at: bytes(rows * columns, rows) }
    const sources = dataShards(columns, length)
    const results = kernels.map((kernel) => {
      const outputs = Array.from({ length: rows }, () => new Uint8Array(length).fill(0xaa))
      kernel(matrix)(sources, outputs)
      return outputs
    })
    for (const outputs of results.slice(1))
      assert.ok(outputs.every((output, i) => equal(output, results[0]![i]!)))
  }
})

test('every byte times every coefficient is right in every kernel', () => {
  const all = Uint8Array.from({ length: 256 }, (_, x) => x)
  for (const kernel of kernels) {
    const outputs = Array.from(all, () => new Uint8Array(256))
    kernel({ rows: 256, columns: 1, at: all })([all], outputs)
    for (const c of all) for (const x of all) assert.equal(outputs[c]![x], multiply(c, x))
  }
})

test('4x4 blocks with few products give the bytes of the general way, and only where they hold', () => {
  for (const parity of [4, 8, 12, 252]) {
    const { at } = codeMatrix(4, parity)
    assert.ok(fourfoldTables({ rows: parity, columns: 4, at: at.subarray(16) }), `4+${parity}`)
  }
  assert.equal(fourfoldTables(codeMatrix(4, 7)), undefined)
  const sources = dataShards(4, 1000)
  // A shift of the code's rows, and one coefficient that is off, lose the structure.
  const { at } = codeMatrix(4, 9)
  for (const rows of [
    at.slice(20),
    Uint8Array.from(at.slice(16, 48), (c, i) => c ^ (i === 29 ? 1 : 0)),
  ]) {
    const matrix = { rows: 8, columns: 4, at: rows }
    assert.equal(fourfoldTables(matrix), undefined)
    const [first, ...others] = kernels.map((kernel) => {
      const outputs = dataShards(8, 1000)
      kernel(matrix)(sources, outputs)
      return outputs
    })
    for (const outputs of others) assert.deepEqual(outputs, first)
  }
})

test('without WebAssembly the code falls back to JavaScript, and simd is refused', () => {
  const { refused, parity } = JSON.parse(node(path('./support/no-wasm.ts')))
  assert.equal(refused, 'UNSUPPORTED')
  assert.deepEqual(
    parity,
    rustParity(dataShards(4, 5000), 8).map((shard) => shard.toBase64()),
  )
})
