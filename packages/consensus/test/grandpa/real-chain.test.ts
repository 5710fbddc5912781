import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Hash, toHex } from '@cess/bytes'
import { Chain } from '@cess/chain'
import { MemoryStore, silentLogger, VirtualClock } from '@cess/ports'
import {
  block as blockCodec,
  type DigestItem,
  type Externalities,
  GRANDPA_ENGINE,
  grandpaAuthorities,
  grandpaConsensusLog,
  header as headerCodec,
  type RuntimeHost,
  RuntimeTrap,
  type StateKey,
} from '@cess/primitives'
import { decode, encode, u64 } from '@cess/scale'
import {
  createGrandpa,
  type Grandpa,
  type GrandpaAuthorities,
  verifyJustification,
} from '../../src/index.ts'
import { authoritiesOf, pairOf } from '../support/simulation.ts'

const HEADER = 'header' as StateKey
const SET = 'set' as StateKey
const VOTERS = 'voters' as StateKey
/** Root of no extrinsics. */
const EMPTY_ROOT = '0x03170a2e7597b7b7e3d84c05391d139a62b157e78786d8c082f29dcf4c111314' as Hash

/** A runtime of empty blocks whose voters change when a header says so. */
function run(entry: string, args: Uint8Array, state: Externalities): Uint8Array {
  const finish = (): Uint8Array => {
    const header = decode(headerCodec, state.get(HEADER)!)
    state.delete(HEADER)
    for (const log of header.digest.logs) {
      if (log.type !== 'Consensus') continue
      const change = decode(grandpaConsensusLog, log.value[1])
      if (change.type !== 'ScheduledChange') continue
      state.put(VOTERS, encode(grandpaAuthorities, change.value.nextAuthorities))
      state.put(SET, encode(u64, decode(u64, state.get(SET)!) + 1n))
    }
    const stateRoot = toHex(state.storageRoot()) as Hash
    return encode(headerCodec, { ...header, stateRoot, extrinsicsRoot: EMPTY_ROOT })
  }
  switch (entry) {
    case 'Core_initialize_block':
      state.put(HEADER, args)
      return Uint8Array.of(0)
    case 'BlockBuilder_inherent_extrinsics':
      return Uint8Array.of(0)
    case 'BlockBuilder_finalize_block':
      return finish()
    case 'Core_execute_block':
      state.put(HEADER, encode(headerCodec, decode(blockCodec, args).header))
      finish()
      return new Uint8Array()
    case 'GrandpaApi_current_set_id':
      return state.get(SET)!
    case 'GrandpaApi_grandpa_authorities':
      return state.get(VOTERS)!
  }
  throw new RuntimeTrap(`No runtime call ${entry}.`)
}

const host: RuntimeHost = {
  version: {
    specName: 'empty',
    implName: 'empty',
    authoringVersion: 1,
    specVersion: 1,
    implVersion: 1,
    apis: [],
    transactionVersion: 1,
    stateVersion: 1,
  },
  call: run,
}

test('on the real chain: finality, a change of the set, pruning and a restart', async () => {
  const pairs = [0, 1, 2].map(pairOf)
  const clock = new VirtualClock()
  const genesis = [
    [SET, encode(u64, 0n)],
    [VOTERS, encode(grandpaAuthorities, authoritiesOf(pairs))],
  ] as const
  const stores = pairs.map(() => new MemoryStore())
  const open = (i: number) => Chain.open({ store: stores[i]!, host, genesis, pruning: 4 })
  const chains = await Promise.all(pairs.map((_, i) => open(i)))
  const grandpas: Grandpa[] = []
  const create = (i: number): Grandpa =>
    createGrandpa({
      chain: chains[i]!,
      keys: [pairs[i]!],
      clock,
      logger: silentLogger,
      gossip: {
        send(peer, bytes) {
          clock.after(5, () => grandpas[Number(peer)]?.message(`${i}`, bytes))
          return true
        },
        report: () => undefined,
      },
      gossipDurationMs: 50,
      justificationPeriod: 4,
      voteLag: 0,
    })
  const start = (i: number): void => {
    grandpas[i] = create(i)
    grandpas[i].start()
    for (let j = 0; j < pairs.length; j++) {
      if (j === i || !grandpas[j]) continue
      grandpas[i].peerConnected(`${j}`, 'authority')
      grandpas[j]!.peerDisconnected(`${i}`)
      grandpas[j]!.peerConnected(`${i}`, 'authority')
    }
  }
  for (let i = 0; i < pairs.length; i++) start(i)

  async function grow(log: DigestItem): Promise<Hash> {
    const { header } = await chains[0]!.buildBlock({
      parent: chains[0]!.info().bestHash,
      preDigests: [log],
      inherentData: new Map(),
      transactions: [],
      shouldStop: () => false,
    })
    const blocks = chains.map((c) =>
      c.importBlock({ origin: 'network', header, body: [], weight: 1 }),
    )
    const [first] = await Promise.all(blocks)
    // Writing to a store takes turns of the event loop that the clock does not count.
    for (let i = 0; i < 40; i++) await clock.advance(10)
    return first!.hash
  }
  const plain = (n: number): DigestItem => ({ type: 'Other', value: Uint8Array.of(n) })
  const finals = (): number[] => chains.map((chain) => chain.info().finalizedNumber)

  const hashes: Hash[] = []
  for (let n = 1; n <= 5; n++) hashes.push(await grow(plain(n)))
  assert.deepEqual(finals(), [5, 5, 5])
  const stored = chains[1]!.justification(hashes[3]!)!
  const proof = verifyJustification(stored, 0n, authoritiesOf(pairs))
  assert.equal(proof.targetHash, hashes[3])

  const next: GrandpaAuthorities = authoritiesOf([...pairs].reverse())
  const change = { type: 'ScheduledChange', value: { nextAuthorities: next, delay: 0 } } as const
  const log = encode(grandpaConsensusLog, change)
  const turn = await grow({ type: 'Consensus', value: [GRANDPA_ENGINE, log] })
  await grow(plain(7))
  assert.deepEqual(finals(), [7, 7, 7])
  assert.ok(chains[2]!.justification(turn))
  assert.equal(grandpas[2]!.roundState().setId, 1)

  await grandpas[2]!.stop()
  await chains[2]!.close()
  chains[2] = await open(2)
  start(2)
  assert.equal(grandpas[2]!.roundState().setId, 1)
  for (let n = 8; n <= 10; n++) await grow(plain(n))
  assert.deepEqual(finals(), [10, 10, 10])
  await Promise.all(grandpas.map((grandpa) => grandpa.stop()))
  await Promise.all(chains.map((chain) => chain.close()))
})
