// Codes without WebAssembly and prints what came of it, for kernel.test.ts.
Reflect.deleteProperty(globalThis, 'WebAssembly')
const { createReedSolomon } = await import('@cess/erasure')
const { dataShards } = await import('./shards.ts')

let refused: unknown
try {
  createReedSolomon(4, 8, { kernel: 'simd' })
} catch (error) {
  refused = error instanceof Error && 'code' in error && error.code
}
const parity = createReedSolomon(4, 8).encode(dataShards(4, 5000))
console.log(JSON.stringify({ refused, parity: parity.map((shard) => shard.toBase64()) }))
