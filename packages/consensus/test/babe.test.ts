import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ZERO_HASH } from '@cess/bytes'
import { VirtualClock } from '@cess/ports'
import type { BabePreDigest } from '@cess/primitives'
import {
  checkClaim,
  checkHeader,
  claimSlot,
  createBlockVerifier,
  epochFor,
  primaryThreshold,
  secondaryAuthor,
} from '../src/index.ts'
import { epochOf, keys, plainHeader, seal, stubChain } from './kit.ts'

const plain = (authorityIndex: number, slot: bigint): BabePreDigest => ({
  type: 'SecondaryPlain',
  value: { authorityIndex, slot },
})
const always = epochOf([1n, 1n], 'PrimarySlots')
const vrfOnly = epochOf([0n, 1n], 'PrimaryAndSecondaryVRFSlots')
const plainOnly = epochOf([0n, 1n], 'PrimaryAndSecondaryPlainSlots')

test("the threshold equals smoldot's two vectors", () => {
  const with8 = {
    ...epochOf([2n, 9n], 'PrimarySlots'),
    authorities: Array.from({ length: 8 }, () => [new Uint8Array(32), 1n] as [Uint8Array, bigint]),
  }
  assert.equal(primaryThreshold(with8, 0), 10523572781773471998586657386560225280n)
  const weighted = {
    ...epochOf([103n, 971n], 'PrimarySlots'),
    authorities: Array.from(
      { length: 900 },
      (_, i) => [new Uint8Array(32), BigInt(i + 2)] as [Uint8Array, bigint],
    ),
  }
  assert.equal(primaryThreshold(weighted, 9), 1032931305829506557190946382938112n)
})

test('every kind of claim verifies; altered ones do not', () => {
  const primary = claimSlot(always, 103n, keys)!
  assert.equal(primary.preDigest.type, 'Primary')
  checkClaim(always, primary.preDigest)
  assert.throws(() => checkClaim(vrfOnly, primary.preDigest), { code: 'NOT_SLOT_AUTHOR' })
  const second = claimSlot(vrfOnly, 103n, keys)!.preDigest
  assert.equal(second.type, 'SecondaryVRF')
  checkClaim(vrfOnly, second)
  assert.throws(() => checkClaim(plainOnly, second), { code: 'NOT_SLOT_AUTHOR' })
  if (second.type !== 'SecondaryVRF') return
  const vrfProof = Uint8Array.from(second.value.vrfProof)
  vrfProof[3]! ^= 1
  assert.throws(() => checkClaim(vrfOnly, { ...second, value: { ...second.value, vrfProof } }), {
    code: 'BAD_VRF',
  })
  assert.throws(() => checkClaim({ ...vrfOnly, epochIndex: 5n }, second), { code: 'BAD_VRF' })
  assert.equal(claimSlot(always, 103n, []), undefined)
})

test('only the secondary author of a slot may take it', () => {
  const author = secondaryAuthor(plainOnly, 103n)!
  checkClaim(plainOnly, plain(author, 103n))
  assert.throws(() => checkClaim(plainOnly, plain((author + 1) % 3, 103n)), {
    code: 'NOT_SLOT_AUTHOR',
  })
  assert.throws(() => checkClaim(plainOnly, plain(7, 103n)), { code: 'UNKNOWN_AUTHORITY' })
  const others = keys.filter((_, i) => i !== author)
  assert.equal(claimSlot(plainOnly, 103n, others), undefined)
})

test('headers: seal, author, slot order and clock', () => {
  const chain = stubChain(plainHeader(5, ZERO_HASH, plain(0, 102n)), plainOnly)
  const options = { clock: new VirtualClock(104_000), slotMs: 1000 }
  const make = (slot: bigint) => {
    const author = secondaryAuthor(epochFor(chain, chain.parentHash, slot), slot)!
    return { author, header: plainHeader(6, chain.parentHash, plain(author, slot)) }
  }
  const { author, header } = make(103n)
  const good = seal(header, keys[author]!)
  assert.deepEqual(checkHeader(chain, good, options), {
    slot: 103n,
    authority: keys[author]!.publicKey,
    isPrimary: false,
    weight: 0,
  })
  assert.equal(createBlockVerifier({ chain, ...options })(good, [], 'network').weight, 0)
  const code = (h: typeof good) => {
    try {
      checkHeader(chain, h, options)
    } catch (error) {
      return (error as { code: string }).code
    }
    return 'accepted'
  }
  assert.equal(code(header), 'BAD_SEAL')
  assert.equal(code(seal(header, keys[(author + 1) % 3]!)), 'BAD_SEAL')
  assert.equal(code(seal(good, keys[author]!)), 'BAD_SEAL')
  assert.equal(code({ ...good, stateRoot: ZERO_HASH }), 'BAD_SEAL')
  assert.equal(code(plainHeader(6, chain.parentHash)), 'BAD_PRE_DIGEST')
  assert.equal(code({ ...good, parentHash: ZERO_HASH }), 'UNKNOWN_PARENT')
  const same = make(102n)
  assert.equal(code(seal(same.header, keys[same.author]!)), 'SLOT_NOT_INCREASING')
  const later = make(106n)
  assert.equal(code(seal(later.header, keys[later.author]!)), 'SLOT_IN_FUTURE')
})

test('skipped epochs move index and start; the first block begins epoch 0', () => {
  const chain = stubChain(plainHeader(5, ZERO_HASH, plain(0, 102n)), plainOnly)
  const at = (slot: bigint) => {
    const e = epochFor(chain, chain.parentHash, slot)
    return [e.epochIndex, e.startSlot]
  }
  assert.deepEqual(at(109n), [4n, 100n])
  assert.deepEqual(at(110n), [5n, 110n])
  assert.deepEqual(at(135n), [7n, 130n])
  const genesis = stubChain(plainHeader(0, ZERO_HASH), plainOnly)
  const first = epochFor(genesis, genesis.parentHash, 777n)
  assert.deepEqual([first.epochIndex, first.startSlot], [0n, 777n])
})
