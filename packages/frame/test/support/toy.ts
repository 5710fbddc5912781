import { type AccountId, type Hash, toHex } from '@cess/bytes'
import { type KeyPair, keyFromUri, verifySignature } from '@cess/crypto'
import {
  type Block,
  block as blockCodec,
  type DigestItem,
  type Era,
  type Header,
  header as headerCodec,
  headerHash,
  type RuntimeVersion,
  type TransactionValidity,
  transactionValidity,
} from '@cess/primitives'
import {
  bytes,
  compact,
  decode,
  encode,
  type Infer,
  u8,
  u32,
  u64,
  u128,
  unit,
  vec,
} from '@cess/scale'
import { memoryState, type Overlay } from '@cess/state'
import {
  type AnyExtension,
  applyExtrinsicResult,
  type BlockWeights,
  buildGenesis,
  createRuntimeHost,
  defineExtension,
  defineRuntime,
  extraCodec,
  type RuntimeCall,
  signedExtrinsic,
  signingPayload,
  slot,
  stateCell,
  systemExtensions,
  system as systemPallet,
  txOf,
  type Weight,
  weigh,
} from '../../src/index.ts'
import { claims, clock, nest, toy } from './pallets.ts'

export const VERSION: RuntimeVersion = {
  specName: 'toy',
  implName: 'toy-ts',
  authoringVersion: 1,
  specVersion: 3,
  implVersion: 1,
  apis: [],
  transactionVersion: 2,
  stateVersion: 1,
}
export const BLOCK_HASHES = 16

export const alice = keyFromUri('//Alice')
export const bob = keyFromUri('//Bob')
/** Nobody gave this one an account. */
export const stranger = keyFromUri('//Stranger')
export const idOf = (pair: KeyPair): AccountId => toHex(pair.accountId) as AccountId

const limit = (micros: number): Weight => ({ ...weigh(micros), proofSize: 1n << 40n })
/** 10 ms a block, 7 of them for Normal calls, 2 kept for Operational ones. */
const WEIGHTS: BlockWeights = {
  baseBlock: weigh(500),
  maxBlock: limit(10_000),
  perClass: {
    normal: {
      baseExtrinsic: weigh(100),
      maxExtrinsic: limit(6_000),
      maxTotal: limit(7_000),
      reserved: weigh(0),
    },
    operational: {
      baseExtrinsic: weigh(100),
      maxExtrinsic: limit(9_000),
      maxTotal: limit(20_000),
      reserved: limit(2_000),
    },
    mandatory: {
      baseExtrinsic: weigh(100),
      maxExtrinsic: undefined,
      maxTotal: undefined,
      reserved: undefined,
    },
  },
}
const LENGTHS = { max: { normal: 3_000, operational: 4_000, mandatory: 4_000 } }

export interface ToyOptions {
  readonly version?: RuntimeVersion
  readonly extensions?: readonly AnyExtension[]
}

export function toyRuntime({ version = VERSION, extensions = [] }: ToyOptions = {}) {
  const cell = stateCell()
  const call = slot<RuntimeCall>('Call')
  const event = slot<unknown>('Event')
  const System = systemPallet({
    version,
    ss58Prefix: 11330,
    blockHashCount: BLOCK_HASHES,
    weights: WEIGHTS,
    length: LENGTHS,
    event,
    raw: cell.current,
  })
  const Toy = toy({ system: System })
  const pallets = { System, Clock: clock(), Toy, Nest: nest({ call }), Claims: claims() }
  const runtime = defineRuntime({
    version,
    cell,
    pallets,
    system: System,
    call,
    event,
    verifier: { verify: verifySignature },
    blockHashCount: BLOCK_HASHES,
    extensions: (use) => [
      ...systemExtensions(use(System)),
      // A fee of 10 and the tip; a part comes back when the call turns out to be free.
      defineExtension<bigint, undefined, bigint>({
        identifier: 'ChargeTransactionPayment',
        extra: compact(u128),
        additional: unit,
        implicit: () => undefined,
        validate: (_, tip) => ({ priority: tip + 1n }),
        prepare(_, tip) {
          use(Toy).storage.FeesPaid.mutate((sum) => sum + 10n + tip)
          return tip
        },
        after(_tip, _tx, post) {
          if (post.paysFee === 'No') use(Toy).storage.FeesPaid.mutate((sum) => sum - 10n)
        },
      }),
      ...extensions,
    ],
  })
  return { runtime, host: createRuntimeHost(runtime), tx: txOf(pallets), pallets }
}

export type ToyRuntime = ReturnType<typeof toyRuntime>

/** Signs as a client does, from what it knows of the chain; each part can be made wrong. */
export interface SignOptions {
  readonly nonce?: number
  readonly era?: Era
  readonly tip?: bigint
  readonly specVersion?: number
  readonly transactionVersion?: number
  readonly genesis?: Hash
  /** Hash of the block that the era begins with. */
  readonly checkpoint?: Hash
  readonly signer?: Pick<KeyPair, 'accountId' | 'scheme' | 'sign'>
  readonly extra?: readonly unknown[]
  readonly additional?: readonly unknown[]
}

const SCHEMES = { sr25519: 'Sr25519', ed25519: 'Ed25519', ecdsa: 'Ecdsa' } as const

/** One chain of blocks on a state in memory. */
export function toyChain(options: ToyOptions = {}) {
  const made = toyRuntime(options)
  const { runtime, host } = made
  let state: Overlay = memoryState()
  buildGenesis(runtime, { Toy: [idOf(alice), idOf(bob)] }, state)
  const genesis: Header = {
    parentHash: `0x${'00'.repeat(32)}` as Hash,
    number: 0,
    stateRoot: toHex(state.storageRoot()) as Hash,
    extrinsicsRoot: `0x${'00'.repeat(32)}` as Hash,
    digest: { logs: [] },
  }
  const headers: Header[] = [genesis]
  const head = (): Header => headers.at(-1)!
  const genesisHash = headerHash(genesis)
  const clone = (): Overlay => memoryState([...state.entries()])

  function sign(call: RuntimeCall, pair: KeyPair = alice, o: SignOptions = {}): Uint8Array {
    const era = o.era ?? { type: 'Immortal' as const }
    const checkpoint = o.checkpoint ?? genesisHash
    const extra = [undefined, undefined, undefined, undefined, era, o.nonce ?? 0, undefined]
    const additional = [
      undefined,
      o.specVersion ?? VERSION.specVersion,
      o.transactionVersion ?? VERSION.transactionVersion,
      o.genesis ?? genesisHash,
      checkpoint,
      undefined,
      undefined,
    ]
    const encodedExtra = encode(extraCodec(runtime.extensions), [
      ...extra,
      o.tip ?? 0n,
      ...(o.extra ?? []),
    ])
    const encodedCall = encode(runtime.call, call)
    const signedPart = new Uint8Array([...encodedCall, ...encodedExtra])
    const payload = signingPayload(signedPart, runtime.extensions, [
      ...additional,
      undefined,
      ...(o.additional ?? []),
    ])
    const signer = o.signer ?? pair
    return signedExtrinsic(
      { type: 'Id', value: idOf(pair) },
      { type: SCHEMES[signer.scheme], value: signer.sign(payload) },
      { extra: encodedExtra, call: encodedCall },
    )
  }

  const apply = (xt: Uint8Array, on: Overlay): Infer<typeof applyExtrinsicResult> =>
    decode(applyExtrinsicResult, host.call('BlockBuilder_apply_extrinsic', encode(bytes, xt), on))

  const childOf = (parent: Header, logs: readonly DigestItem[] = []): Header => ({
    ...genesis,
    parentHash: headerHash(parent),
    number: parent.number + 1,
    digest: { logs },
  })

  function begin(on: Overlay, logs: readonly DigestItem[] = []): void {
    host.call('Core_initialize_block', encode(headerCodec, childOf(head(), logs)), on)
  }
  const inherents = (now: bigint): Uint8Array => {
    const id = Uint8Array.from('timstap0', (c) => c.charCodeAt(0))
    const data = encode(vec(bytes), [encode(u64, now)]).subarray(1)
    return new Uint8Array([4, ...id, ...data])
  }
  const timeOf = (number: number): bigint => BigInt(number) * 6_000n

  /** Builds a block; what is refused is left out. */
  function build(extrinsics: readonly Uint8Array[] = [], logs: readonly DigestItem[] = []) {
    const on = clone()
    begin(on, logs)
    const first = decode(
      vec(bytes),
      host.call('BlockBuilder_inherent_extrinsics', inherents(timeOf(head().number + 1)), on),
    )
    const results = [...first, ...extrinsics].map((xt) => ({ xt, result: apply(xt, on) }))
    const header = decode(
      headerCodec,
      host.call('BlockBuilder_finalize_block', encode(unit, undefined), on),
    )
    const body = results.filter((r) => r.result.type === 'Ok').map((r) => r.xt)
    const block: Block = { header, extrinsics: body }
    return { block, results: results.slice(first.length).map((r) => r.result), state: on }
  }

  /** Executes a block on the parent's state, as an importing node does. */
  function execute(block: Block): Overlay {
    const on = clone()
    host.call('Core_execute_block', encode(blockCodec, block), on)
    return on
  }

  return {
    ...made,
    genesisHash,
    head,
    hashOf: (number: number): Hash => headerHash(headers[number]!),
    sign,
    begin,
    apply,
    build,
    execute,
    childOf,
    inherents,
    state: clone,
    /** Reads at the head. */
    read: <T>(body: () => T): T => runtime.within(state, body),
    /** Changes the head's state behind the chain's back. */
    edit: (body: () => void): void => runtime.within(state, body),
    /** Builds, executes again and appends a block; returns what became of each extrinsic. */
    grow(extrinsics: readonly Uint8Array[] = []) {
      const { block, results } = build(extrinsics)
      state = execute(block)
      headers.push(block.header)
      return results
    },
    validate(xt: Uint8Array): TransactionValidity {
      const args = new Uint8Array([
        ...encode(u8, 2),
        ...encode(bytes, xt),
        ...Uint8Array.fromHex(headerHash(head()).slice(2)),
      ])
      return decode(
        transactionValidity,
        host.call('TaggedTransactionQueue_validate_transaction', args, clone()),
      )
    },
    nonceOf: (pair: KeyPair): number =>
      decode(u32, host.call('AccountNonceApi_account_nonce', pair.accountId, clone())),
  }
}
export type ToyChain = ReturnType<typeof toyChain>
