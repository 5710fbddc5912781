import { type AccountId, concat, type Hash, toHex, u64le, ZERO_HASH } from '@cess/bytes'
import { keyFromUri, type Sr25519Pair, Transcript, verifySignature, vrfSign } from '@cess/crypto'
import {
  applyExtrinsicResult,
  decodeExtrinsic,
  type RuntimeCall,
  signedExtrinsic,
  signingPayload,
  txOf,
} from '@cess/frame'
import {
  BABE_ENGINE,
  type BabePreDigest,
  type Block,
  babePreDigest,
  block as blockCodec,
  type Header,
  header as headerCodec,
  headerHash,
} from '@cess/primitives'
import { bytes, decode, encode, fixedBytes, tuple, u64, vec } from '@cess/scale'
import { memoryState } from '@cess/state'
import {
  createRuntime,
  DEVNET,
  localPreset,
  type RuntimeConfig,
  type RuntimeDeps,
  specOf,
} from '../../src/index.ts'

const keys = new Map<string, Sr25519Pair>()
export function key(uri: string): Sr25519Pair {
  const pair = keys.get(uri) ?? keyFromUri(uri, 'sr25519')
  keys.set(uri, pair)
  return pair
}
export const idOf = (uri: string): AccountId => toHex(key(uri).publicKey) as AccountId
export const to = (uri: string) => ({ type: 'Id' as const, value: idOf(uri) })
export const VALIDATORS = ['//Alice', '//Bob', '//Charlie'] as const

const FIRST_SLOT = 900_000_000n
const inherentList = vec(tuple(fixedBytes(8), bytes), 10)
const extrinsics = vec(bytes, 100_000)

export interface MakeOptions {
  /** Slots from the last block to this one. */
  readonly slots?: bigint
  readonly author?: number
  readonly kind?: 'Primary' | 'SecondaryVRF'
  /** Milliseconds from the begin of the slot to the block's time. */
  readonly late?: bigint
}

export interface ChainOptions {
  /** Further accounts with balances. */
  readonly funded?: readonly (readonly [AccountId, bigint])[]
  readonly deps?: RuntimeDeps
}

/** The assembled runtime with three validators: makes real blocks of BABE's, and runs them again on a state of their own. */
export function realChain(
  config: RuntimeConfig = DEVNET,
  { funded = [], deps = { verifier: { verify: verifySignature } } }: ChainOptions = {},
) {
  const preset = localPreset()
  const balances = [...preset.genesis.balances, ...funded]
  const genesisConfig = { ...preset.genesis, balances }
  const spec = specOf({ ...preset, config, genesis: genesisConfig }, memoryState())
  const make = () => createRuntime(config, deps)
  const { runtime, host } = make()
  const importer = make()
  const state = memoryState(spec.genesis)
  const imported = memoryState(spec.genesis)
  const genesis: Header = {
    parentHash: ZERO_HASH,
    number: 0,
    stateRoot: toHex(state.storageRoot()) as Hash,
    extrinsicsRoot: ZERO_HASH,
    digest: { logs: [] },
  }
  const genesisHash = headerHash(genesis)
  let head = genesis
  let slot = FIRST_SLOT - 1n
  const nonces = new Map<string, number>()
  const { pallets } = runtime
  const use = runtime.use
  const read = <T>(body: () => T): T => runtime.within(state, body)

  /** What an author puts in front of the block: its claim of the slot. */
  function claim({ author = 0, kind = 'Primary' }: MakeOptions): BabePreDigest {
    const [epoch, randomness] = read(() => {
      const { storage } = runtime.bound.find((b) => b.def.name === 'Babe')!.ctx
      return [storage.EpochIndex.get() as bigint, storage.Randomness.get() as Uint8Array]
    })
    const transcript = new Transcript('BABE')
    transcript.append('slot number', u64le(slot))
    transcript.append('current epoch', u64le(epoch))
    transcript.append('chain randomness', randomness)
    const { output, proof } = vrfSign(key(VALIDATORS[author]!), transcript)
    return {
      type: kind,
      value: { authorityIndex: author, slot, vrfOutput: output, vrfProof: proof },
    }
  }

  /** Signs a call as an immortal transaction with the account's next nonce. */
  const sign = (uri: string, call: RuntimeCall, { tip = 0n, nonce = nextNonce(uri) } = {}) =>
    signWith(key(uri), call, nonce, tip)
  function signWith(pair: Sr25519Pair, call: RuntimeCall, nonce: number, tip = 0n): Uint8Array {
    const extras: Readonly<Record<string, unknown>> = {
      CheckMortality: { type: 'Immortal' },
      CheckNonce: nonce,
      ChargeTransactionPayment: tip,
    }
    const implicit: Readonly<Record<string, unknown>> = {
      CheckSpecVersion: host.version.specVersion,
      CheckTxVersion: host.version.transactionVersion,
      CheckGenesis: genesisHash,
      CheckMortality: genesisHash,
    }
    const of = (values: Readonly<Record<string, unknown>>) =>
      runtime.extensions.map(({ identifier }) => values[identifier])
    const extra = encode(runtime.extra, of(extras))
    const encoded = encode(runtime.call, call)
    const payload = signingPayload(concat(encoded, extra), runtime.extensions, of(implicit))
    const signature = { type: 'Sr25519' as const, value: pair.sign(payload) }
    const address = { type: 'Id' as const, value: toHex(pair.publicKey) as AccountId }
    return signedExtrinsic(address, signature, { extra, call: encoded })
  }
  function nextNonce(uri: string): number {
    const nonce = nonces.get(uri) ?? 0
    nonces.set(uri, nonce + 1)
    return nonce
  }

  const inherentsAt = (late: bigint): Uint8Array => {
    const time = encode(u64, slot * BigInt(config.slotDuration) + late)
    return encode(inherentList, [[Uint8Array.from('timstap0', (ch) => ch.charCodeAt(0)), time]])
  }
  const call = (name: string, args: Uint8Array) => host.call(name, args, state)

  /** Makes the next block on the state; extrinsics that do not belong in it fail the test unless `results` takes them. */
  function build(
    xts: readonly Uint8Array[] = [],
    options: MakeOptions = {},
    results: unknown[] = [],
  ): Block {
    slot += options.slots ?? 1n
    const log = encode(babePreDigest, claim(options))
    const open: Header = {
      parentHash: headerHash(head),
      number: head.number + 1,
      stateRoot: ZERO_HASH,
      extrinsicsRoot: ZERO_HASH,
      digest: { logs: [{ type: 'PreRuntime', value: [BABE_ENGINE, log] }] },
    }
    call('Core_initialize_block', encode(headerCodec, open))
    const inherents = decode(
      extrinsics,
      call('BlockBuilder_inherent_extrinsics', inherentsAt(options.late ?? 10n)),
    )
    const body: Uint8Array[] = []
    for (const xt of [...inherents, ...xts]) {
      const result = decode(
        applyExtrinsicResult,
        call('BlockBuilder_apply_extrinsic', encode(bytes, xt)),
      )
      results.push(result)
      if (result.type === 'Ok') body.push(xt)
    }
    const header = decode(headerCodec, call('BlockBuilder_finalize_block', new Uint8Array(0)))
    head = header
    return { header, extrinsics: body }
  }
  /** Runs a block as another node does. @throws RuntimeTrap */
  const execute = (made: Block): void =>
    void importer.host.call('Core_execute_block', encode(blockCodec, made), imported)

  return {
    config,
    spec,
    runtime,
    host,
    state,
    imported,
    pallets,
    use,
    read,
    sign,
    signWith,
    callOf: (xt: Uint8Array): RuntimeCall => decodeExtrinsic(xt, runtime.call, runtime.extra).call,
    build,
    execute,
    call,
    claim,
    inherentsAt,
    genesisHash,
    tx: txOf(pallets),
    head: () => head,
    slot: () => slot,
    /** Makes blocks and has the other node run each. */
    grow(xts: readonly Uint8Array[] = [], options: MakeOptions = {}): Block {
      const made = build(xts, options)
      execute(made)
      return made
    },
    events: () =>
      read(() => use(pallets.System).storage.Events.get()).map((r) => {
        const { type, value } = r.event as { type: string; value: { type: string; value: unknown } }
        return { name: `${type}.${value.type}`, data: value.value as Record<string, unknown> }
      }),
    free: (account: AccountId): bigint => read(() => use(pallets.Balances).free(account)),
  }
}
export type RealChain = ReturnType<typeof realChain>
