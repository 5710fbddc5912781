import { type Hash, toHex, u32le } from '@cess/bytes'
import {
  block as blockCodec,
  type Externalities,
  type Extrinsic,
  header as headerCodec,
  type RuntimeHost,
  RuntimeTrap,
  type StateKey,
  transactionValidity,
} from '@cess/primitives'
import { bytes, compact, decode, encode, fixedBytes, Reader, tuple, u32, vec } from '@cess/scale'
import { trieRoot } from '@cess/trie'

/**
 * A runtime that counts: its inherent (`0 ‖ 8 bytes`) and its transactions (`1 ‖ anything`, valid once) add one
 * each. A transaction that begins with 2 is never valid.
 */
const key = (text: string): StateKey => text as StateKey
const latin1 = (raw: Uint8Array): StateKey => String.fromCharCode(...raw) as StateKey
const HEADER = key('block:header')
const BODY = key('block:body')
const COUNT = key('count')
const seen = (extrinsic: Extrinsic): StateKey => key(`seen:${extrinsic.toHex()}`)

const rootOf = (body: readonly Extrinsic[]): Hash =>
  toHex(
    trieRoot(
      body.map((xt, i) => [latin1(encode(compact(u32), i)), encode(bytes, xt)] as const),
      0,
    ),
  ) as Hash

function apply(extrinsic: Extrinsic, state: Externalities): Uint8Array {
  if (extrinsic[0] === 2 || state.get(seen(extrinsic))) return Uint8Array.of(1, 0, 3)
  if (extrinsic[0] === 1) state.put(seen(extrinsic), Uint8Array.of(1))
  const count = state.get(COUNT)
  state.put(COUNT, u32le(1 + (count ? new Reader(count).u32() : 0)))
  const body = decode(vec(bytes), state.get(BODY) ?? Uint8Array.of(0))
  state.put(BODY, encode(vec(bytes), [...body, extrinsic]))
  return Uint8Array.of(0, 0)
}

function finalize(state: Externalities): Uint8Array {
  const header = decode(headerCodec, state.get(HEADER)!)
  const extrinsicsRoot = rootOf(decode(vec(bytes), state.get(BODY) ?? Uint8Array.of(0)))
  state.clearPrefix(key('block:'))
  const stateRoot = toHex(state.storageRoot()) as Hash
  return encode(headerCodec, { ...header, extrinsicsRoot, stateRoot })
}

function validate(args: Uint8Array, state: Externalities): Uint8Array {
  const r = new Reader(args)
  r.u8()
  const extrinsic = bytes.read(r)
  const stale = state.get(seen(extrinsic)) !== undefined
  if (extrinsic[0] !== 1 || stale) {
    const value = { type: stale ? ('Stale' as const) : ('Call' as const), value: undefined }
    return encode(transactionValidity, { type: 'Err', value: { type: 'Invalid', value } })
  }
  const valid = {
    priority: 1n,
    requires: [],
    provides: [extrinsic],
    longevity: 1000n,
    propagate: true,
  }
  return encode(transactionValidity, { type: 'Ok', value: valid })
}

function call(entry: string, args: Uint8Array, state: Externalities): Uint8Array {
  switch (entry) {
    case 'Core_initialize_block':
      state.put(HEADER, args)
      return Uint8Array.of(0)
    case 'Core_execute_block': {
      const { header, extrinsics } = decode(blockCodec, args)
      state.put(HEADER, encode(headerCodec, header))
      for (const extrinsic of extrinsics)
        if (apply(extrinsic, state)[0] !== 0) throw new RuntimeTrap('An invalid transaction.')
      finalize(state)
      return new Uint8Array()
    }
    case 'BlockBuilder_inherent_extrinsics': {
      const data = decode(vec(tuple(fixedBytes(8), bytes)), args)
      return encode(
        vec(bytes),
        data.map(([, value]) => Uint8Array.of(0, ...value)),
      )
    }
    case 'BlockBuilder_apply_extrinsic':
      return apply(decode(bytes, args), state)
    case 'BlockBuilder_finalize_block':
      return finalize(state)
    case 'TaggedTransactionQueue_validate_transaction':
      return validate(args, state)
  }
  throw new RuntimeTrap(`No runtime call ${entry}.`)
}

export const toyHost = (): RuntimeHost => ({
  version: {
    specName: 'toy',
    implName: 'toy',
    authoringVersion: 1,
    specVersion: 1,
    implVersion: 1,
    apis: [],
    transactionVersion: 1,
    stateVersion: 1,
  },
  call,
})
