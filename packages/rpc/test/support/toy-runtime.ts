import { type AccountId, concat, fromHex, toHex, u32le, u64le, utf8 } from '@cess/bytes'
import {
  accountId32,
  block as blockCodec,
  type Externalities,
  type Extrinsic,
  type Header,
  header as headerCodec,
  type RuntimeHost,
  RuntimeTrap,
  type StateKey,
  type TransactionValidity,
  transactionValidity,
} from '@cess/primitives'
import {
  bytes,
  compact,
  decode,
  encode,
  fixedBytes,
  Reader,
  tuple,
  u32,
  u64,
  u128,
  vec,
} from '@cess/scale'
import { orderedTrieRoot } from '@cess/trie'

/**
 * A runtime of one counter and one nonce an account, with the entry points that chain, pool and JSON-RPC call.
 * A transaction is `1 ‖ account ‖ nonce ‖ tip ‖ kind`; the inherent is `0 ‖ time`.
 */
export const KIND = { add: 0, never: 1, unknown: 2, noTags: 3, child: 4 } as const

export interface ToyTransaction {
  readonly nonce: number
  readonly account?: AccountId
  readonly tip?: number
  readonly kind?: number
}

export const account = (n: number): AccountId => toHex(new Uint8Array(32).fill(n)) as AccountId
export const METADATA = utf8('the toy has little to say of itself')

export const transfer = ({
  nonce,
  account: who = account(1),
  tip = 1,
  kind = 0,
}: ToyTransaction): Extrinsic =>
  concat(Uint8Array.of(1), fromHex(who), u32le(nonce), u32le(tip), Uint8Array.of(kind))

/** As clients send it: behind its length. */
export const wire = (extrinsic: Extrinsic): string => toHex(encode(bytes, extrinsic))

const key = (text: string): StateKey => text as StateKey
export const COUNTER = key('counter')
export const nonceKey = (who: AccountId): StateKey => key(`nonce:${who}`)
export const CHILD = key('shelf')

function parse(extrinsic: Extrinsic) {
  const r = new Reader(extrinsic)
  const tag = r.u8()
  if (tag === 0) return { inherent: r.u64() }
  if (tag !== 1) throw new RuntimeTrap('Not a toy extrinsic.')
  return { account: toHex(r.raw(32)) as AccountId, nonce: r.u32(), tip: r.u32(), kind: r.u8() }
}

const number = (state: Externalities, at: StateKey): number => {
  const value = state.get(at)
  return value ? decode(u32, value) : 0
}
const setNumber = (state: Externalities, at: StateKey, value: number): void =>
  state.put(at, u32le(value))

const invalid = (type: 'Stale' | 'Call'): TransactionValidity => ({
  type: 'Err',
  value: { type: 'Invalid', value: { type, value: undefined } },
})
const tagOf = (who: AccountId, nonce: number): Uint8Array => concat(fromHex(who), u32le(nonce))

function validate(extrinsic: Extrinsic, state: Externalities): TransactionValidity {
  const t = parse(extrinsic)
  if ('inherent' in t) return invalid('Call')
  if (t.kind === KIND.never)
    return { type: 'Err', value: { type: 'Invalid', value: { type: 'Custom', value: 7 } } }
  if (t.kind === KIND.unknown)
    return {
      type: 'Err',
      value: { type: 'Unknown', value: { type: 'CannotLookup', value: undefined } },
    }
  const nonce = number(state, nonceKey(t.account))
  if (t.nonce < nonce) return invalid('Stale')
  return {
    type: 'Ok',
    value: {
      priority: BigInt(t.tip),
      requires: t.nonce > nonce ? [tagOf(t.account, t.nonce - 1)] : [],
      provides: t.kind === KIND.noTags ? [] : [tagOf(t.account, t.nonce)],
      longevity: 2n ** 64n - 1n,
      propagate: true,
    },
  }
}

function apply(extrinsic: Extrinsic, state: Externalities): Uint8Array {
  const t = parse(extrinsic)
  if ('inherent' in t) state.put(key('now'), u64le(t.inherent))
  else {
    if (t.kind === KIND.child) state.child(CHILD).put(key('book'), u32le(t.nonce))
    setNumber(state, nonceKey(t.account), t.nonce + 1)
    setNumber(state, COUNTER, number(state, COUNTER) + 1)
  }
  const count = number(state, key('sys:count'))
  state.put(key(`sys:xt:${String(count).padStart(6, '0')}`), extrinsic)
  setNumber(state, key('sys:count'), count + 1)
  return Uint8Array.of(0, 0)
}

function initialize(header: Header, state: Externalities): void {
  state.put(key('sys:header'), encode(headerCodec, header))
}

function finalize(state: Externalities): Header {
  const header = decode(headerCodec, state.get(key('sys:header'))!)
  const body: Extrinsic[] = []
  for (let i = 0; i < number(state, key('sys:count')); i++)
    body.push(state.get(key(`sys:xt:${String(i).padStart(6, '0')}`))!)
  state.clearPrefix(key('sys:'))
  return {
    ...header,
    extrinsicsRoot: toHex(
      orderedTrieRoot(
        body.map((xt) => encode(bytes, xt)),
        0,
      ),
    ) as Header['extrinsicsRoot'],
    stateRoot: toHex(state.storageRoot()) as Header['stateRoot'],
  }
}

function execute(args: Uint8Array, state: Externalities): void {
  const { header, extrinsics } = decode(blockCodec, args)
  initialize(header, state)
  for (const extrinsic of extrinsics) apply(extrinsic, state)
  if (finalize(state).stateRoot !== header.stateRoot) throw new RuntimeTrap('State root mismatch.')
}

function inherents(args: Uint8Array): Uint8Array {
  const data = decode(vec(tuple(fixedBytes(8), bytes)), args)
  const time = data.find(([id]) => new TextDecoder().decode(id) === 'timstap0')
  return encode(vec(bytes), time ? [concat(Uint8Array.of(0), time[1])] : [])
}

/** Extrinsic and length, as `TransactionPaymentApi` takes them. */
const lengthOf = (args: Uint8Array): bigint => {
  const reader = new Reader(args)
  const extrinsic = bytes.read(reader)
  parse(extrinsic)
  if (reader.u32() !== encode(bytes, extrinsic).length)
    throw new RuntimeTrap('The length is wrong.')
  return BigInt(extrinsic.length)
}

function call(entry: string, args: Uint8Array, state: Externalities): Uint8Array {
  switch (entry) {
    case 'Core_initialize_block':
      initialize(decode(headerCodec, args), state)
      return Uint8Array.of(0)
    case 'Core_execute_block':
      execute(args, state)
      return new Uint8Array()
    case 'BlockBuilder_inherent_extrinsics':
      return inherents(args)
    case 'BlockBuilder_apply_extrinsic':
      return apply(decode(bytes, args), state)
    case 'BlockBuilder_finalize_block':
      return encode(headerCodec, finalize(state))
    case 'TaggedTransactionQueue_validate_transaction': {
      const r = new Reader(args)
      r.u8()
      return encode(transactionValidity, validate(bytes.read(r), state))
    }
    case 'AccountNonceApi_account_nonce':
      return u32le(number(state, nonceKey(decode(accountId32, args))))
    case 'TransactionPaymentApi_query_info':
      return concat(
        encode(compact(u64), 1000n),
        encode(compact(u64), 0n),
        Uint8Array.of(0),
        encode(u128, lengthOf(args)),
      )
    case 'TransactionPaymentApi_query_fee_details':
      return concat(
        Uint8Array.of(1),
        encode(u128, 1n),
        encode(u128, lengthOf(args)),
        encode(u128, 300n),
      )
    case 'Metadata_metadata':
      return encode(bytes, METADATA)
    case 'Toy_counter':
      return u32le(number(state, COUNTER))
  }
  throw new RuntimeTrap(`No runtime call ${entry}.`)
}

export const createToyHost = (): RuntimeHost => ({
  version: {
    specName: 'toy',
    implName: 'toy',
    authoringVersion: 1,
    specVersion: 2,
    implVersion: 3,
    apis: [[fromHex('0xdf6acb689907609b'), 5]],
    transactionVersion: 4,
    stateVersion: 1,
  },
  call(entry, args, state) {
    try {
      return call(entry, args, state)
    } catch (error) {
      if (error instanceof RuntimeTrap) throw error
      throw new RuntimeTrap(`${entry} failed`, { cause: error })
    }
  },
})
