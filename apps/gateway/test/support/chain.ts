import { type AccountId, type Hash, toHex } from '@cess/bytes'
import { type KeyPair, keyFromUri, type Sr25519Pair, verifySignature } from '@cess/crypto'
import {
  type DispatchErrorValue,
  queryOf,
  type RuntimeCall,
  type StateReader,
  signed,
} from '@cess/frame'
import type { StateKey } from '@cess/primitives'
import { createRuntime, DEVNET, localPreset, writeGenesis } from '@cess/runtime'
import { decode, encode } from '@cess/scale'
import {
  accountOf,
  CallFailed,
  type ChainEvent,
  explainError,
  type Head,
  type Included,
  SdkError,
  tx,
} from '@cess/sdk'
import { memoryState } from '@cess/state'
import type { GatewayChain } from '../../src/index.ts'

/** Pallets whose hooks run. Those of consensus want real authors; audits come when a test says so. */
const HOOKED = ['Balances', 'FileBank', 'Sminer', 'StorageHandler', 'Oss']
export const GENESIS = toHex(new Uint8Array(32).fill(7)) as Hash
const { genesis } = localPreset()
const keys = new Map<string, Sr25519Pair>()
/** A development key. Deriving one takes milliseconds, and tests want the same ones again and again. */
export function key(uri: string): Sr25519Pair {
  const pair = keys.get(uri) ?? keyFromUri(uri, 'sr25519')
  keys.set(uri, pair)
  return pair
}

/**
 * The chain of a test: the real pallets over a state in memory, behind the client that the gateway uses. A block is made
 * for every transaction, or when the test says so, and is final at once unless finality is held back.
 */
export function testChain(config = DEVNET) {
  const { runtime } = createRuntime(config, { verifier: { verify: verifySignature } })
  const state = memoryState()
  writeGenesis(runtime, genesis, state)
  const system = runtime.bound.find(({ def }) => def.name === 'System')!.ctx.storage
  runtime.within(state, () => system.BlockHash.put(0, GENESIS))
  const listeners = new Set<(head: Head) => void | Promise<void>>()
  const eventsAt = new Map<Hash, ChainEvent[]>()
  let down = false
  let hangs = false
  let hanging = 0
  let number = 0
  let finalized = 0
  let held: Map<StateKey, Uint8Array> | undefined
  let failNext: Error | undefined
  const calls: RuntimeCall[] = []

  const hashOf = (n: number): Hash => `0x${n.toString(16).padStart(64, '0')}` as Hash
  const headOf = (n: number): Head => ({ number: n, hash: hashOf(n), parentHash: hashOf(n - 1) })
  const takeEvents = (): ChainEvent[] =>
    runtime.within(state, () =>
      (
        system.Events.get() as {
          event: { type: string; value: { type: string; value: unknown } }
        }[]
      ).map(({ event }) => ({
        name: `${event.type}.${event.value.type}`,
        data: (event.value.value ?? {}) as Record<string, unknown>,
        extrinsic: 0,
      })),
    )
  function begin(): void {
    number++
    runtime.within(state, () => {
      system.Events.remove()
      system.EventCount.remove()
      system.Number.put(number)
      for (const { def, ctx } of runtime.bound)
        if (HOOKED.includes(def.name)) def.hooks?.onInitialize?.(ctx, number)
    })
  }
  async function end(): Promise<void> {
    eventsAt.set(hashOf(number), takeEvents())
    if (!held) await finalize()
  }
  async function finalize(): Promise<void> {
    while (finalized < number) {
      finalized++
      const head = headOf(finalized)
      for (const listener of [...listeners]) await listener(head)
    }
  }
  /** Runs a call as a transaction of this account, in the block that is open. */
  function dispatch(who: AccountId, call: RuntimeCall): void {
    const wire = encode(runtime.call, call)
    const { result } = runtime.within(state, () =>
      runtime.dispatch(signed(who), decode(runtime.call, wire)),
    )
    if (result.type === 'Ok') return
    const { name, why } = explainError(result.value as DispatchErrorValue)
    throw new CallFailed(`${call.type}.${call.value.type}`, name, why)
  }

  const reader: StateReader = {
    get: async (k) => {
      if (down) throw new SdkError('UNREACHABLE', 'No node answers.')
      return state.get(k)
    },
    async keys(prefix, limit, after) {
      const found: StateKey[] = []
      for (let k = state.nextKey(after ?? prefix); k?.startsWith(prefix); k = state.nextKey(k)) {
        if (found.length >= limit) break
        found.push(k)
      }
      return found
    },
  }
  const finalizedReader: StateReader = {
    ...reader,
    get: async (k) => (held && !down ? held.get(k) : reader.get(k)),
  }
  const view = () => ({ hash: hashOf(number), query: queryOf(runtime.pallets, reader) })

  async function submit(pair: KeyPair, call: RuntimeCall): Promise<Included> {
    await Promise.resolve()
    if (down) throw new SdkError('UNREACHABLE', 'No node answers.')
    const failure = failNext
    failNext = undefined
    if (failure) throw failure
    calls.push(call)
    begin()
    try {
      dispatch(accountOf(pair), call)
      const events = takeEvents()
      return { extrinsicHash: hashOf(number), block: headOf(number), index: 0, events }
    } finally {
      await end()
    }
  }

  const client: GatewayChain = {
    genesisHash: GENESIS,
    chainName: 'Test',
    tx,
    rpc: {
      request: async () => {
        if (down) throw new SdkError('UNREACHABLE', 'No node answers.')
        return { isSyncing: false, peers: 1 }
      },
      subscribe: () => Promise.reject(new Error('not here')),
      close: () => undefined,
    },
    best: async () => {
      if (hangs) {
        hanging++
        await new Promise(() => undefined)
      }
      return view() as never
    },
    finalized: async () =>
      ({ hash: hashOf(finalized), query: queryOf(runtime.pallets, finalizedReader) }) as never,
    finalizedHead: async () => headOf(finalized),
    follow(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    events: async (hash) => eventsAt.get(hash) ?? [],
    submit,
  }
  return {
    client,
    query: view().query,
    tx,
    calls,
    /** A transaction of a key, in a block of its own. */
    submit,
    /** Makes empty blocks. */
    async blocks(count = 1) {
      for (let i = 0; i < count; i++) {
        begin()
        await end()
      }
    },
    /** Has these miners pass an audit, in a block of its own. */
    async passAudits(miners: readonly AccountId[]) {
      begin()
      const audit = runtime.bound.find(({ def }) => def.name === 'Audit')!.ctx
      runtime.within(state, () => {
        for (const miner of miners) {
          const how = { block: number, result: 'Passed', bytes: 1n, rows: 1, openings: 4 }
          audit.storage.LastAudit.put(miner, how)
          audit.emit.VerifyProof({ miner, result: true, bytes: 1n })
        }
      })
      await end()
    },
    number: () => number,
    /** Blocks are not final from here on: finalized state stays as it is. */
    holdFinality() {
      held = new Map()
      for (let k = state.nextKey('' as StateKey); k !== undefined; k = state.nextKey(k))
        held.set(k, state.get(k)!)
    },
    async releaseFinality() {
      held = undefined
      await finalize()
    },
    /** Never answers again. */
    hang: () => {
      hangs = true
    },
    hanging: () => hanging,
    goDown: () => {
      down = true
    },
    comeBack: () => {
      down = false
    },
    failNextSubmit: (error: Error) => {
      failNext = error
    },
  }
}
export type TestChain = ReturnType<typeof testChain>
