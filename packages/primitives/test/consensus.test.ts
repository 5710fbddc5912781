import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hash } from '@cess/bytes'
import { decode, encode, ScaleError } from '@cess/scale'
import {
  BABE_ENGINE,
  babeConsensusLog,
  type DigestItem,
  digest,
  engineLogs,
  GRANDPA_ENGINE,
  grandpaConsensusLog,
  grandpaGossip,
  grandpaMessage,
  grandpaSigned,
  type Header,
  header,
  headerHash,
  unsealed,
} from '../src/index.ts'

const filled = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte)
const hash = `0x${'ab'.repeat(32)}` as Hash

test('the hash of a sealed header covers the seal; the seal signs the rest', () => {
  const seal: DigestItem = { type: 'Seal', value: [BABE_ENGINE, filled(64, 7)] }
  const pre: DigestItem = { type: 'PreRuntime', value: [BABE_ENGINE, filled(13, 2)] }
  const value: Header = {
    parentHash: hash,
    number: 1,
    stateRoot: hash,
    extrinsicsRoot: hash,
    digest: { logs: [pre, seal] },
  }
  assert.deepEqual(unsealed(value).digest.logs, [pre])
  assert.equal(value.digest.logs.length, 2, 'the header itself is unchanged')
  assert.notEqual(headerHash(value), headerHash(unsealed(value)))
  const encoded = encode(header, value)
  assert.equal(encoded[32], 4, 'the number is compact')
  // parent, number, two roots, count; then 06 BABE len13, 05 BABE len64.
  assert.equal(encoded.subarray(97, 103).toHex(), '080642414245')
  assert.equal(encoded.subarray(117, 123).toHex(), '054241424501')
})

test('logs are found by kind and engine, in their order', () => {
  const item = (
    type: 'Consensus' | 'Seal' | 'PreRuntime',
    id: Uint8Array,
    byte: number,
  ): DigestItem => ({
    type,
    value: [id, Uint8Array.of(byte)],
  })
  const logs: DigestItem[] = [
    item('PreRuntime', BABE_ENGINE, 1),
    item('Consensus', GRANDPA_ENGINE, 2),
    { type: 'Other', value: Uint8Array.of(9) },
    item('Consensus', BABE_ENGINE, 3),
    { type: 'RuntimeEnvironmentUpdated', value: undefined },
    item('Consensus', BABE_ENGINE, 4),
    item('Seal', BABE_ENGINE, 5),
  ]
  const bytes = (...args: Parameters<typeof engineLogs>) => engineLogs(...args).map((b) => b[0])
  assert.deepEqual(bytes(logs, 'Consensus', BABE_ENGINE), [3, 4])
  assert.deepEqual(bytes(logs, 'Consensus', GRANDPA_ENGINE), [2])
  assert.deepEqual(bytes(logs, 'Seal', BABE_ENGINE), [5])
  assert.deepEqual(bytes(logs, 'Seal', GRANDPA_ENGINE), [])
  assert.equal(String.fromCharCode(...GRANDPA_ENGINE), 'FRNK')
})

test('unknown logs and a digest without end are refused', () => {
  for (const tag of [1, 2, 3, 7, 9, 255])
    assert.throws(() => decode(digest, Uint8Array.of(4, tag, 0)), ScaleError)
  // 257 empty "Other" logs.
  const many = new Uint8Array(2 + 257 * 2)
  many.set([((257 << 2) & 255) | 1, 257 >> 6])
  assert.throws(() => decode(digest, many), ScaleError)
})

test('a GRANDPA vote signs 53 bytes: message, round, set', () => {
  const message = { type: 'Precommit' as const, value: { targetHash: hash, targetNumber: 258 } }
  const signed = encode(grandpaSigned, { message, round: 3n, setId: 4n })
  assert.equal(signed.length, 53)
  assert.equal(
    signed.toHex(),
    `01${'ab'.repeat(32)}02010000${'0300000000000000'}${'0400000000000000'}`,
  )
  assert.equal(encode(grandpaMessage, { ...message, type: 'Prevote' })[0], 0)
  assert.equal(encode(grandpaMessage, { ...message, type: 'PrimaryPropose' })[0], 2)
})

test('GRANDPA gossip has the layout of the protocol; a catch-up names its set first', () => {
  const roundtrip = (value: Parameters<typeof grandpaGossip.write>[1]): string => {
    const bytes = encode(grandpaGossip, value)
    assert.deepEqual(decode(grandpaGossip, bytes), value)
    return bytes.toHex()
  }
  const neighbor = { round: 1n, setId: 2n, commitFinalizedHeight: 3 }
  assert.equal(
    roundtrip({ type: 'Neighbor', value: { type: 'V1', value: neighbor } }),
    '020101000000000000000200000000000000' + '03000000',
  )
  assert.equal(
    roundtrip({ type: 'CatchUpRequest', value: { round: 1n, setId: 2n } }),
    '0301000000000000000200000000000000',
  )
  const catchUp = {
    setId: 2n,
    round: 1n,
    prevotes: [],
    precommits: [],
    baseHash: hash,
    baseNumber: 5,
  }
  assert.equal(
    roundtrip({ type: 'CatchUp', value: catchUp }),
    `0402000000000000000100000000000000${'0000'}${'ab'.repeat(32)}05000000`,
  )
  const target = { targetHash: hash, targetNumber: 9 }
  roundtrip({
    type: 'Commit',
    value: {
      round: 1n,
      setId: 0n,
      ...target,
      precommits: [target, target],
      authData: [[filled(64, 1), filled(32, 2)]],
    },
  })
  roundtrip({
    type: 'Vote',
    value: {
      round: 1n,
      setId: 0n,
      message: { type: 'Prevote', value: target },
      signature: filled(64, 1),
      id: filled(32, 2),
    },
  })
})

test('consensus logs have the tags of their engines', () => {
  const babe = (value: Parameters<typeof babeConsensusLog.write>[1]): string => {
    const bytes = encode(babeConsensusLog, value)
    assert.deepEqual(decode(babeConsensusLog, bytes), value)
    return bytes.toHex()
  }
  const epoch = { authorities: [[filled(32, 1), 1n]] as const, randomness: filled(32, 2) }
  assert.equal(
    babe({ type: 'NextEpochData', value: epoch }),
    `0104${'01'.repeat(32)}0100000000000000${'02'.repeat(32)}`,
  )
  assert.equal(babe({ type: 'OnDisabled', value: 7 }), '0207000000')
  const config = { c: [1n, 4n] as const, allowedSlots: 'PrimaryAndSecondaryVRFSlots' as const }
  assert.equal(
    babe({ type: 'NextConfigData', value: { type: 'V1', value: config } }),
    '0301010000000000000004000000000000' + '0002',
  )
  const grandpa = (value: Parameters<typeof grandpaConsensusLog.write>[1]): string => {
    const bytes = encode(grandpaConsensusLog, value)
    assert.deepEqual(decode(grandpaConsensusLog, bytes), value)
    return bytes.toHex()
  }
  const change = { nextAuthorities: [[filled(32, 1), 1n]] as const, delay: 0 }
  const shown = `04${'01'.repeat(32)}010000000000000000000000`
  assert.equal(grandpa({ type: 'ScheduledChange', value: change }), `01${shown}`)
  assert.equal(grandpa({ type: 'ForcedChange', value: [5, change] }), `0205000000${shown}`)
  assert.equal(grandpa({ type: 'OnDisabled', value: 1n }), '030100000000000000')
})
