import {
  type AccountId,
  bigintFromLe,
  concat,
  fromHex,
  type Hash,
  toHex,
  u32le,
  u64le,
} from '@cess/bytes'
import {
  block as blockCodec,
  type Externalities,
  type Extrinsic,
  type Header,
  header as headerCodec,
  type InvalidTransaction,
  type RuntimeHost,
  RuntimeTrap,
  type StateKey,
  type TransactionValidity,
  type TransactionValidityError,
  transactionValidity,
  transactionValidityError,
} from '@cess/primitives'
import { bytes, decode, encode, fixedBytes, Reader, tuple, vec } from '@cess/scale'
import { extrinsicsRoot } from '../../src/roots.ts'

/**
 * A runtime of one counter and one nonce an account, with the entry points that the chain calls. It keeps
 * the block's progress in state, as FRAME does, and removes it at the end.
 */

/** What a toy transaction does beyond adding one to the counter. */
export const KIND = {
  add: 0,
  /** Panics when applied. */
  trap: 1,
  /** Fails in dispatch: it is included, and the counter stays. */
  fail: 2,
  /** Needs a quarter of a block's weight. */
  heavy: 3,
  /** Never valid: Custom(7). */
  custom: 4,
  unknown: 5,
  /** Validates, but cannot pay when applied. */
  broke: 6,
  /** Valid while the counter is below `arg`. */
  below: 7,
  quiet: 8,
  noTags: 9,
} as const

export interface ToyTransaction {
  readonly account: AccountId
  readonly nonce: number
  readonly kind?: number
  /** Priority. */
  readonly tip?: number
  readonly longevity?: number
  readonly arg?: number
  /** Extra bytes. */
  readonly padding?: number
}

export const account = (n: number): AccountId => toHex(new Uint8Array(32).fill(n)) as AccountId

/** `1 ‖ account ‖ nonce ‖ kind ‖ tip ‖ longevity ‖ arg ‖ padding`. */
export const transfer = (t: ToyTransaction): Extrinsic =>
  concat(
    Uint8Array.of(1),
    fromHex(t.account),
    u32le(t.nonce),
    Uint8Array.of(t.kind ?? KIND.add),
    u32le(t.tip ?? 1),
    u32le(t.longevity ?? 0xffff_ffff),
    u32le(t.arg ?? 0),
    new Uint8Array(t.padding ?? 0),
  )

type Parsed = Required<Omit<ToyTransaction, 'padding'>>

function parse(extrinsic: Extrinsic): Parsed | { inherent: bigint } {
  const r = new Reader(extrinsic)
  const tag = r.u8()
  if (tag === 0) return { inherent: r.u64() }
  if (tag !== 1) throw new RuntimeTrap('Not a toy extrinsic.')
  const who = toHex(r.raw(32)) as AccountId
  return {
    account: who,
    nonce: r.u32(),
    kind: r.u8(),
    tip: r.u32(),
    longevity: r.u32(),
    arg: r.u32(),
  }
}

const key = (text: string): StateKey => text as StateKey
const COUNTER = key('counter')
const NOW = key('now')
const NUMBER = key('sys:1number')
const HEADER = key('sys:2header')
const COUNT = key('sys:3count')
const WEIGHT = key('sys:4weight')
const extrinsicKey = (i: number): StateKey => key(`sys:5xt:${String(i).padStart(6, '0')}`)
const nonceKey = (who: AccountId): StateKey => key(`nonce:${who}`)

const number = (state: Externalities, at: StateKey): number => {
  const value = state.get(at)
  return value ? Number(bigintFromLe(value)) : 0
}
const setNumber = (state: Externalities, at: StateKey, value: number): void =>
  state.put(at, u32le(value))

const HEAVY = 25
const invalid = (
  type: Exclude<InvalidTransaction['type'], 'Custom'>,
): TransactionValidityError => ({
  type: 'Invalid',
  value: { type, value: undefined },
})

function check(t: Parsed, state: Externalities): TransactionValidityError | undefined {
  if (t.kind === KIND.custom) return { type: 'Invalid', value: { type: 'Custom', value: 7 } }
  if (t.kind === KIND.unknown)
    return { type: 'Unknown', value: { type: 'CannotLookup', value: undefined } }
  if (t.nonce < number(state, nonceKey(t.account))) return invalid('Stale')
  if (t.kind === KIND.below && number(state, COUNTER) >= t.arg) return invalid('Payment')
  return undefined
}

const nonceTag = (who: AccountId, nonce: number): Uint8Array => concat(fromHex(who), u32le(nonce))

function validate(extrinsic: Extrinsic, state: Externalities): TransactionValidity {
  const t = parse(extrinsic)
  if ('inherent' in t) return { type: 'Err', value: invalid('Call') }
  const refused = check(t, state)
  if (refused) return { type: 'Err', value: refused }
  const waits = t.nonce > number(state, nonceKey(t.account))
  return {
    type: 'Ok',
    value: {
      priority: BigInt(t.tip),
      requires: waits ? [nonceTag(t.account, t.nonce - 1)] : [],
      provides: t.kind === KIND.noTags ? [] : [nonceTag(t.account, t.nonce)],
      longevity: t.longevity === 0xffff_ffff ? 2n ** 64n - 1n : BigInt(t.longevity),
      propagate: t.kind !== KIND.quiet,
    },
  }
}

const OK = Uint8Array.of(0, 0)
const DISPATCH_ERROR = Uint8Array.of(0, 1, 0)
const refuse = (error: TransactionValidityError): Uint8Array =>
  concat(Uint8Array.of(1), encode(transactionValidityError, error))

function apply(extrinsic: Extrinsic, state: Externalities): Uint8Array {
  const t = parse(extrinsic)
  if ('inherent' in t) state.put(NOW, u64le(t.inherent))
  else {
    const refused = check(t, state)
    if (refused) return refuse(refused)
    if (t.nonce > number(state, nonceKey(t.account))) return refuse(invalid('Future'))
    if (t.kind === KIND.broke) return refuse(invalid('Payment'))
    const weight = number(state, WEIGHT) + (t.kind === KIND.heavy ? HEAVY : 0)
    if (weight > 100) return refuse(invalid('ExhaustsResources'))
    setNumber(state, WEIGHT, weight)
    setNumber(state, nonceKey(t.account), t.nonce + 1)
    if (t.kind === KIND.trap) throw new RuntimeTrap('The toy was told to panic.')
    if (t.kind !== KIND.fail) setNumber(state, COUNTER, number(state, COUNTER) + 1)
  }
  const index = number(state, COUNT)
  state.put(extrinsicKey(index), extrinsic)
  setNumber(state, COUNT, index + 1)
  return 'kind' in t && t.kind === KIND.fail ? DISPATCH_ERROR : OK
}

function initialize(header: Header, state: Externalities): void {
  state.put(HEADER, encode(headerCodec, header))
  setNumber(state, NUMBER, header.number)
}

function finalize(state: Externalities): Header {
  const header = decode(headerCodec, state.get(HEADER)!)
  const body: Extrinsic[] = []
  for (let i = 0; i < number(state, COUNT); i++) body.push(state.get(extrinsicKey(i))!)
  state.clearPrefix(key('sys:'))
  const extrinsics = extrinsicsRoot(body)
  const stateRoot = toHex(state.storageRoot()) as Header['stateRoot']
  return { ...header, extrinsicsRoot: extrinsics, stateRoot }
}

function execute(args: Uint8Array, state: Externalities): void {
  const { header, extrinsics } = decode(blockCodec, args)
  if (header.digest.logs.some((log) => log.type === 'Seal')) throw new RuntimeTrap('It is sealed.')
  initialize(header, state)
  for (const extrinsic of extrinsics)
    if (apply(extrinsic, state)[0] !== 0) throw new RuntimeTrap('It holds an invalid transaction.')
  if (finalize(state).stateRoot !== header.stateRoot) throw new RuntimeTrap('State root mismatch.')
}

const inherentData = vec(tuple(fixedBytes(8), bytes))

function inherents(args: Uint8Array): Uint8Array {
  const data = decode(inherentData, args)
  const time = data.find(([id]) => new TextDecoder().decode(id) === 'timstap0')
  return encode(vec(bytes), time ? [concat(Uint8Array.of(0), time[1])] : [])
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
    case 'Toy_counter':
      setNumber(state, NUMBER, 999)
      return state.get(COUNTER) ?? u32le(0)
  }
  throw new RuntimeTrap(`No runtime call ${entry}.`)
}

/** A toy host that counts how often each entry point is called and keeps what it was asked to prepare. */
export interface ToyHost extends RuntimeHost {
  readonly calls: Map<string, number>
  readonly prepared: Extrinsic[][]
  /** The block that each of them was for the one after. */
  readonly preparedOn: (Hash | undefined)[]
}

export function createToyHost(): ToyHost {
  const calls = new Map<string, number>()
  const prepared: Extrinsic[][] = []
  const preparedOn: (Hash | undefined)[] = []
  return {
    calls,
    prepared,
    preparedOn,
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
    call(entry, args, state) {
      calls.set(entry, (calls.get(entry) ?? 0) + 1)
      return call(entry, args, state)
    },
    async prepare(extrinsics, _state, parent) {
      prepared.push([...extrinsics])
      preparedOn.push(parent)
    },
  }
}
