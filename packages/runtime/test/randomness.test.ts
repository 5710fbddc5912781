import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Hash, u64le, utf8, ZERO_HASH } from '@cess/bytes'
import { keyFromUri, Transcript, vrfSign } from '@cess/crypto'
import { BABE_ENGINE, babePreDigest, type Header, header as headerCodec } from '@cess/primitives'
import { encode } from '@cess/scale'
import { memoryState } from '@cess/state'
import { createRuntime, localPreset, specOf } from '../src/index.ts'

const spec = specOf(localPreset(), memoryState())
const SLOT = 897_788_692n
const VALIDATORS = ['//Alice', '//Bob', '//Charlie'] as const

/** Block 1 of one validator in the slot that all of them claim. */
function headerOf(authorityIndex: number): Header {
  const transcript = new Transcript('BABE')
  transcript.append('slot number', u64le(SLOT))
  transcript.append('current epoch', u64le(0n))
  transcript.append('chain randomness', new Uint8Array(32))
  const { output, proof } = vrfSign(keyFromUri(VALIDATORS[authorityIndex]!, 'sr25519'), transcript)
  const claim = { authorityIndex, slot: SLOT, vrfOutput: output, vrfProof: proof }
  const log = encode(babePreDigest, { type: 'Primary', value: claim })
  return {
    parentHash: `0x${'11'.repeat(32)}` as Hash,
    number: 1,
    stateRoot: ZERO_HASH,
    extrinsicsRoot: ZERO_HASH,
    digest: { logs: [{ type: 'PreRuntime', value: [BABE_ENGINE, log] }] },
  }
}

function fresh() {
  const { runtime, host } = createRuntime(spec.config, { verifier: { verify: () => false } })
  return (header: Header): string => {
    const state = memoryState(spec.genesis)
    host.call('Core_initialize_block', encode(headerCodec, header), state)
    const { Babe } = runtime.pallets
    return runtime.within(state, () => runtime.use(Babe).random(utf8('subject')).toHex())
  }
}

test('blocks that compete for one slot have randomness of their own, in whatever order a node sees them', () => {
  const headers = [0, 1, 2].map(headerOf)
  const alone = headers.map((header) => fresh()(header))
  assert.equal(new Set(alone).size, 3)
  const together = fresh()
  assert.deepEqual(headers.map(together), alone)
  assert.deepEqual(headers.toReversed().map(together), alone.toReversed())
})
