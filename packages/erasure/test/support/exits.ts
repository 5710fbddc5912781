// Uses a pool and does not close it: the process must end by itself when the work is done.
import { createErasurePool } from '@cess/erasure'
import { dataShards } from './shards.ts'

const pool = createErasurePool({ threads: 2 })
const parity = await pool.encode({ dataShards: 4, parityShards: 8 }, dataShards(4, 300_000))
console.log(parity.length)
