import { type AccountId, type FileId, fromHex, type Hash, toHex } from '@cess/bytes'
import { type KeyPair, keyFromUri, verifySignature } from '@cess/crypto'
import {
  type DispatchErrorValue,
  decodeExtrinsic,
  extrinsicHash,
  queryOf,
  type RuntimeCall,
  type StateReader,
  signed,
  ZERO_WEIGHT,
} from '@cess/frame'
import { FRAGMENTS, receiptPayload, type StateKey } from '@cess/primitives'
import { createRuntime, DEVNET, localPreset, writeGenesis } from '@cess/runtime'
import { bytes, decode, encode } from '@cess/scale'
import { memoryState } from '@cess/state'
import { eventOf, eventsCodec } from '../../src/chain/events.ts'
import { accountOf, type ChainView, explainError, tx } from '../../src/index.ts'

/** Pallets whose hooks run: those of consensus want real authors. */
const HOOKED = [
  'Balances',
  'FileBank',
  'Sminer',
  'Audit',
  'StorageHandler',
  'Oss',
  'Reencryption',
  'Mdrc',
]
/** Pallets that work with what blocks have left, and how much that is. */
const IDLING = ['Reencryption', 'Mdrc']
const IDLE = { refTime: 10n ** 12n, proofSize: 10n ** 9n }
export const GENESIS = toHex(new Uint8Array(32).fill(7)) as Hash
const STATE_VERSION_KEYS = 100_000

export const key = (uri: string) => keyFromUri(uri, 'sr25519')
export const GATEWAY = key('//Gateway')

type Storage = Readonly<
  Record<string, { get(...keys: unknown[]): never; put(...args: unknown[]): void }>
>
interface Block {
  readonly hash: Hash
  readonly number: number
  readonly extrinsics: readonly string[]
  readonly state: ReadonlyMap<StateKey, Uint8Array>
}

/**
 * A chain of a test: the real pallets over a state in memory. Every transaction makes a block, which is final at once
 * unless finality is held back. Signatures of transactions are checked by the node in `node.ts`, not here.
 */
export function testChain() {
  const { runtime } = createRuntime(DEVNET, { verifier: { verify: verifySignature } })
  const state = memoryState()
  writeGenesis(runtime, localPreset().genesis, state)
  const { storage: system, emit } = runtime.bound.find(({ def }) => def.name === 'System')!.ctx
  const blocks: Block[] = []
  const listeners = new Set<(block: Block) => void>()
  let finalized = 0
  let held = false

  const hashOf = (n: number): Hash =>
    n === 0 ? GENESIS : (`0x${n.toString(16).padStart(64, '0')}` as Hash)
  function snapshot(): ReadonlyMap<StateKey, Uint8Array> {
    const all = new Map<StateKey, Uint8Array>()
    const start = '' as StateKey
    for (let k = state.nextKey(start); k !== undefined; k = state.nextKey(k)) {
      all.set(k, state.get(k)!)
      if (all.size > STATE_VERSION_KEYS) throw new RangeError('too much state for a test')
    }
    return all
  }
  const put = (number: number, extrinsics: readonly string[]): Block => {
    const block = { number, hash: hashOf(number), extrinsics, state: snapshot() }
    blocks[number] = block
    return block
  }

  runtime.within(state, () => system.BlockHash.put(0, GENESIS))
  put(0, [])

  const info = { weight: ZERO_WEIGHT, class: 'Normal', paysFee: 'Yes' } as const

  function run(who: AccountId, call: RuntimeCall, i: number): DispatchErrorValue | undefined {
    runtime.within(state, () => system.ExecutionPhase.put({ type: 'ApplyExtrinsic', value: i }))
    const { result } = runtime.within(state, () => runtime.dispatch(signed(who), call))
    runtime.within(state, () => {
      if (result.type === 'Ok') emit.ExtrinsicSuccess({ dispatchInfo: info })
      else emit.ExtrinsicFailed({ dispatchError: result.value, dispatchInfo: info })
      system.ExecutionPhase.put({ type: 'Finalization', value: undefined })
      const account = system.Account.get(who)
      system.Account.put(who, { ...account, nonce: account.nonce + 1 })
    })
    return result.type === 'Ok' ? undefined : (result.value as DispatchErrorValue)
  }
  function makeBlock(
    calls: readonly {
      readonly who: AccountId
      readonly call: RuntimeCall
      readonly wire: string
    }[],
  ): { readonly block: Block; readonly failures: (DispatchErrorValue | undefined)[] } {
    const number = blocks.length
    runtime.within(state, () => {
      system.Events.remove()
      system.EventCount.remove()
      system.Number.put(number)
      for (const { def, ctx } of runtime.bound)
        if (HOOKED.includes(def.name)) def.hooks?.onInitialize?.(ctx, number)
    })
    const failures = calls.map(({ who, call }, i) => run(who, call, i))
    runtime.within(state, () => {
      for (const { def, ctx } of runtime.bound)
        if (IDLING.includes(def.name)) def.hooks?.onIdle?.(ctx, number, IDLE)
    })
    const block = put(
      number,
      calls.map(({ wire }) => wire),
    )
    if (!held) finalize()
    return { block, failures }
  }
  function finalize(): void {
    while (finalized < blocks.length - 1) {
      finalized++
      for (const listener of [...listeners]) listener(blocks[finalized]!)
    }
  }
  /** Runs a call as a transaction of this account, in a block of its own. @throws Error naming the chain's error */
  function submit(pair: Pick<KeyPair, 'scheme' | 'publicKey'>, call: RuntimeCall): Block {
    const checked = decode(runtime.call, encode(runtime.call, call))
    const { block, failures } = makeBlock([{ who: accountOf(pair), call: checked, wire: '0x' }])
    if (failures[0]) throw new Error(explainError(failures[0]).name)
    return block
  }

  const readerOf = (block: Block): StateReader => {
    const keys = [...block.state.keys()].sort()
    return {
      get: async (k) => block.state.get(k),
      keys: async (prefix, limit, after) =>
        keys
          .filter((k) => k.startsWith(prefix) && (after === undefined || k > after))
          .slice(0, limit),
    }
  }
  const viewOf = (block: Block): ChainView => ({
    hash: block.hash,
    query: queryOf(runtime.pallets, readerOf(block)) as ChainView['query'],
  })
  const last = (): Block => blocks.at(-1)!

  return {
    tx,
    runtime,
    blocks,
    submit,
    makeBlock,
    viewOf,
    readerOf,
    hashOf,
    best: async () => viewOf(last()),
    finalized: async () => viewOf(blocks[finalized]!),
    finalizedNumber: () => finalized,
    eventsOf(block: Block) {
      const raw = block.state.get(viewOf(block).query.System.Events.key)
      return raw ? decode(eventsCodec, raw).map(eventOf) : []
    },
    onFinalized(listener: (block: Block) => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    holdFinality: () => {
      held = true
    },
    releaseFinality: () => {
      held = false
      finalize()
    },
    empty: (count = 1) => {
      for (let i = 0; i < count; i++) makeBlock([])
    },
    /** An extrinsic as nodes get it, in a block of its own. */
    include(wire: string): Block {
      const extrinsic = decode(bytes, fromHex(wire))
      const { call, signed: by } = decodeExtrinsic(extrinsic, runtime.call, runtime.extra)
      return makeBlock([{ who: by!.who, call, wire }]).block
    },
    hashOfExtrinsic: (wire: string): Hash => extrinsicHash(decode(bytes, fromHex(wire))),
    /** Twelve miners with room, and a gateway that is registered. */
    populate(): void {
      for (let n = 1; n <= FRAGMENTS; n++) {
        const pair = key(`//Miner//${n}`)
        const stakingVal = 4_000n * 10n ** 18n
        const peerId = new Uint8Array(38).fill(n)
        submit(
          pair,
          tx.Sminer.regnstk({ beneficiary: accountOf(pair), peerId, stakingVal, tibCount: 1 }),
        )
      }
      const endpoint = new Uint8Array(38).fill(99)
      submit(GATEWAY, tx.Oss.register({ endpoint, domain: new Uint8Array() }))
    },
    /** Writes storage as nothing but a test may. */
    write(pallet: 'Audit' | 'FileBank' | 'Oss', change: (storage: Storage) => void): void {
      const { ctx } = runtime.bound.find(({ def }) => def.name === pallet)!
      runtime.within(state, () => change(ctx.storage as unknown as Storage))
      makeBlock([])
    },
    /** The miners of a deal sign that they have their parts; the file is stored then. */
    async deliver(fid: FileId): Promise<void> {
      const { query } = viewOf(last())
      const { miners } = (await query.FileBank.DealAssignment(fid))!
      const pairs = Array.from({ length: FRAGMENTS }, (_, i) => key(`//Miner//${i + 1}`))
      const receipts = miners.map((miner, i) => {
        const pair = pairs.find((one) => accountOf(one) === miner)!
        const payload = receiptPayload(fromHex(GENESIS), fid, i + 1, pair.publicKey)
        return { index: i + 1, signature: pair.sign(payload) }
      })
      submit(GATEWAY, tx.FileBank.submit_receipts({ dealHash: fid, receipts }))
    },
  }
}
export type TestChain = ReturnType<typeof testChain>
