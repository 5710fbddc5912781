import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyFromUri } from '@cess/crypto'
import {
  BABE_ENGINE,
  babeConfiguration,
  babeConsensusLog,
  babeEpoch,
  engineLogs,
  GRANDPA_ENGINE,
  grandpaAuthorities,
  grandpaConsensusLog,
  type Header,
} from '@cess/primitives'
import { bytes, decode, encode, fixedBytes, option, tuple, u64, vec } from '@cess/scale'
import { DEVNET } from '../src/index.ts'
import { key, type RealChain, realChain } from './support/chain.ts'

const EPOCH = 6
const config = { ...DEVNET, epochSlots: EPOCH }
const none = new Uint8Array(0)
const babeLogs = ({ digest }: Header) =>
  engineLogs(digest.logs, 'Consensus', BABE_ENGINE).map((log) => decode(babeConsensusLog, log))
const grandpaLogs = ({ digest }: Header) =>
  engineLogs(digest.logs, 'Consensus', GRANDPA_ENGINE).map((log) =>
    decode(grandpaConsensusLog, log),
  )
const epochOf = (chain: RealChain, which: 'current' | 'next') =>
  decode(babeEpoch, chain.call(`BabeApi_${which}_epoch`, none))

test('the first block begins epoch 0 and announces epoch 1', () => {
  const chain = realChain(config)
  const [log] = babeLogs(chain.grow().header)
  assert.equal(log!.type, 'NextEpochData')
  const { epochIndex, startSlot, authorities, randomness } = epochOf(chain, 'current')
  assert.deepEqual([epochIndex, startSlot], [0n, chain.slot()])
  assert.equal(authorities.length, 3)
  assert.deepEqual(randomness, new Uint8Array(32))
  assert.equal(epochOf(chain, 'next').startSlot, startSlot + BigInt(EPOCH))
})

test('an epoch ends with its slots; the next one is what was announced', () => {
  const chain = realChain(config)
  let announced = epochOf(chain, 'next')
  for (let block = 1; block <= 4 * EPOCH; block++) {
    const { header } = chain.grow([], { author: block % 3 })
    const [log] = babeLogs(header)
    const first = block % EPOCH === 1
    assert.equal(log !== undefined, first, `block ${block}`)
    if (!first) continue
    const now = epochOf(chain, 'current')
    if (block > 1) {
      assert.deepEqual(now.randomness, announced.randomness)
      assert.equal(now.epochIndex, announced.epochIndex)
      assert.equal(now.startSlot, announced.startSlot)
    }
    announced = epochOf(chain, 'next')
    const told = log as { value: { randomness: Uint8Array } }
    assert.deepEqual(told.value.randomness, announced.randomness)
  }
})

test('randomness comes from the authors’ VRF: other authors, other randomness', () => {
  const run = (author: number, kind: 'Primary' | 'SecondaryVRF') => {
    const chain = realChain(config)
    for (let block = 0; block <= EPOCH; block++) chain.grow([], { author, kind })
    return epochOf(chain, 'next').randomness.toHex()
  }
  const all = [run(0, 'Primary'), run(1, 'Primary'), run(0, 'SecondaryVRF')]
  assert.equal(new Set(all).size, 3)
  assert.equal(run(1, 'Primary'), all[1])
  // Only primary slots count: who comes second in turn must not steer it.
  assert.equal(run(1, 'SecondaryVRF'), all[2])
})

test('epochs without a block are skipped, not stretched', () => {
  const chain = realChain(config)
  chain.grow()
  const first = chain.slot()
  chain.grow([], { slots: BigInt(3 * EPOCH + 2) })
  const now = epochOf(chain, 'current')
  assert.equal(now.epochIndex, 3n)
  assert.equal(now.startSlot, first + BigInt(3 * EPOCH))
  chain.grow([], { slots: BigInt(EPOCH) })
  assert.equal(epochOf(chain, 'current').epochIndex, 4n)
})

test('new session keys sign after two sessions, and GRANDPA’s voters change with them', () => {
  const chain = realChain(config)
  chain.grow()
  const keys = {
    grandpa: keyFromUri('//New', 'ed25519').publicKey,
    babe: key('//New').publicKey,
  }
  const set = chain.tx.Session.set_keys({ keys, proof: none })
  chain.grow([chain.sign('//Alice//stash', set)])
  const heights: number[] = []
  for (let block = 3; block <= 3 * EPOCH; block++) {
    const { header } = chain.grow([], { author: 1 })
    const [log] = grandpaLogs(header)
    if (!log) continue
    heights.push(block)
    assert.equal(log.type, 'ScheduledChange')
    const next = log.value as { nextAuthorities: readonly (readonly [Uint8Array, bigint])[] }
    assert.deepEqual(next.nextAuthorities[0]![0], keys.grandpa)
  }
  // In the session that has the keys queued, one after the one they were set in.
  assert.deepEqual(heights, [2 * EPOCH + 1])
  const voters = decode(grandpaAuthorities, chain.call('GrandpaApi_grandpa_authorities', none))
  assert.deepEqual(voters[0]![0], keys.grandpa)
  assert.equal(decode(u64, chain.call('GrandpaApi_current_set_id', none)), 1n)
  assert.deepEqual(epochOf(chain, 'current').authorities[0]![0], keys.babe)
})

test('keys are set by validators, and no key twice', () => {
  const chain = realChain(config)
  const keys = (uri: string) => ({
    grandpa: keyFromUri(uri, 'ed25519').publicKey,
    babe: key(uri).publicKey,
  })
  const set = (who: string, uri: string) =>
    chain.sign(who, chain.tx.Session.set_keys({ keys: keys(uri), proof: none }))
  chain.grow([
    set('//Dave', '//New'),
    set('//Alice//stash', '//Bob'),
    set('//Alice//stash', '//Alice'),
  ])
  const failed = chain.events().filter((e) => e.name === 'System.ExtrinsicFailed')
  const names = failed.map((e) => {
    const { value } = e.data['dispatchError'] as { value: { index: number; error: Uint8Array } }
    return [value.index, value.error[0]]
  })
  // NoAssociatedValidatorId and DuplicatedKey of Session.
  assert.deepEqual(names, [
    [12, 1],
    [12, 2],
  ])
})

test('what nodes ask about consensus is what genesis says', () => {
  const chain = realChain(config)
  const found = decode(babeConfiguration, chain.call('BabeApi_configuration', none))
  assert.deepEqual([found.slotDuration, found.epochLength], [2_000n, BigInt(EPOCH)])
  assert.deepEqual(found.c, [1n, 4n])
  assert.equal(found.allowedSlots, 'PrimaryAndSecondaryVRFSlots')
  const split = option(vec(tuple(bytes, fixedBytes(4)), 10))
  const decodeKeys = (encoded: Uint8Array) =>
    decode(split, chain.call('SessionKeys_decode_session_keys', encode(bytes, encoded)))
  assert.equal(decodeKeys(new Uint8Array(63)), undefined)
  const types = decodeKeys(new Uint8Array(64))!.map(([, type]) => String.fromCharCode(...type))
  assert.deepEqual(types, ['gran', 'babe'])
})

test('the share of primary slots changes by Root, two epochs later', () => {
  const chain = realChain(config)
  chain.grow()
  const plan = (c: [bigint, bigint]) =>
    chain.tx.Sudo.sudo({
      call: chain.tx.Babe.plan_config_change({
        config: { type: 'V1', value: { c, allowedSlots: 'PrimarySlots' } },
      }),
    })
  chain.grow([chain.sign('//Alice', plan([3n, 2n]))])
  const { sudoResult } = chain.events().find((e) => e.name === 'Sudo.Sudid')!.data
  assert.equal((sudoResult as { type: string }).type, 'Err')
  chain.grow([chain.sign('//Alice', plan([1n, 2n]))])
  const seen: string[] = []
  for (let block = 4; block <= 3 * EPOCH; block++) {
    for (const log of babeLogs(chain.grow().header)) seen.push(log.type)
    const { c } = epochOf(chain, 'current').config
    assert.deepEqual(c, block <= 2 * EPOCH ? [1n, 4n] : [1n, 2n], `block ${block}`)
  }
  assert.ok(seen.includes('NextConfigData'))
})
