import { concat, fromHex, type Hash, utf8 } from '@cess/bytes'
import type { BatchOp } from '@cess/ports'

const u32be = (value: number): Uint8Array => {
  const out = new Uint8Array(4)
  new DataView(out.buffer).setUint32(0, value)
  return out
}
const of = (prefix: string) => {
  const tag = utf8(prefix)
  return (hash: Hash): Uint8Array => concat(tag, fromHex(hash))
}

export const headerKey = of('b/h/')
export const bodyKey = of('b/b/')
export const justificationKey = of('b/j/')
/** Total weight of the chain up to a block that is not below the last finalized one: u64. */
export const weightKey = of('b/w/')
const numberTag = utf8('b/n/')
export const numberKey = (number: number): Uint8Array => concat(numberTag, u32be(number))
export const genesisKey = utf8('b/m/genesis')
export const bestKey = utf8('b/m/best')
export const finalizedKey = utf8('b/m/finalized')
export const leavesKey = utf8('b/m/leaves')
const auxTag = utf8('x/')
export const auxKey = (key: Uint8Array): Uint8Array => concat(auxTag, key)

/** The same writes in the space of auxiliary records. */
export const auxOps = (ops: readonly BatchOp[]): BatchOp[] =>
  ops.map((op) => ({ ...op, key: auxKey(op.key) }))
