import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AccountId, concat } from '@cess/bytes'
import { bytes, decode, encode, u32 } from '@cess/scale'
import { memoryState } from '@cess/state'
import { Metadata, TypeRegistry } from '@polkadot/types'
import { idOf, type RealChain, realChain, to } from './support/chain.ts'

const TOKEN = 10n ** 18n
const ONE = 10n ** 18n
/** As the runtime fixes them: a picosecond, a byte. */
const [PER_PICOSECOND, PER_BYTE] = [10_000_000n, 10n ** 12n]
const registry = new TypeRegistry()

const baseOf = (chain: RealChain) =>
  chain.use(chain.pallets.System).weights.perClass.normal.baseExtrinsic.refTime
const multiplier = (chain: RealChain): bigint => chain.read(() => multiplierItem(chain).get())
const multiplierItem = (chain: RealChain): { get(): bigint; put(value: bigint): void } =>
  chain.runtime.bound.find((b) => b.def.name === 'TransactionPayment')!.ctx.storage
    .NextFeeMultiplier
const treasury = (chain: RealChain): bigint =>
  chain.read(() => chain.use(chain.pallets.Treasury).balance())
const AUTHOR = idOf('//Alice//stash')
const transfer = (chain: RealChain, value = TOKEN, dest = '//Bob') =>
  chain.tx.Balances.transfer_keep_alive({ dest: to(dest), value })

/** What another client reads of a fee query. */
function query(chain: RealChain, xt: Uint8Array) {
  const whole = encode(bytes, xt)
  const args = concat(whole, encode(u32, whole.length))
  const ask = (method: string, type: string) =>
    registry.createType(type, chain.call(`TransactionPaymentApi_${method}`, args)) as never
  const info = ask('query_info', 'RuntimeDispatchInfoV2') as {
    weight: { refTime: { toBigInt(): bigint } }
    class: { toString(): string }
    partialFee: { toBigInt(): bigint }
  }
  const details = ask('query_fee_details', 'FeeDetails') as {
    inclusionFee: {
      unwrap(): Record<'baseFee' | 'lenFee' | 'adjustedWeightFee', { toBigInt(): bigint }>
    }
  }
  const fee = details.inclusionFee.unwrap()
  return {
    weight: info.weight.refTime.toBigInt(),
    class: info.class.toString(),
    total: info.partialFee.toBigInt(),
    parts: [fee.baseFee, fee.lenFee, fee.adjustedWeightFee].map((part) => part.toBigInt()),
  }
}

test('a fee is a base, a part for each byte and one for the weight, as others read it too', () => {
  const chain = realChain()
  const xt = chain.sign('//Dave', transfer(chain))
  const { refTime } = chain.runtime.dispatchInfo(transfer(chain)).weight
  const expected = [
    baseOf(chain) * PER_PICOSECOND,
    BigInt(encode(bytes, xt).length) * PER_BYTE,
    (refTime * PER_PICOSECOND * multiplier(chain)) / ONE,
  ]
  const found = query(chain, xt)
  assert.deepEqual(found.parts, expected)
  assert.equal(found.total, expected[0]! + expected[1]! + expected[2]!)
  assert.deepEqual([found.weight, found.class], [refTime, 'Normal'])
  const before = chain.free(idOf('//Dave'))
  chain.grow([xt])
  assert.equal(before - chain.free(idOf('//Dave')), TOKEN + found.total)
  const paid = chain.events().find((e) => e.name === 'TransactionPayment.TransactionFeePaid')!
  assert.deepEqual(paid.data, { who: idOf('//Dave'), actualFee: found.total, tip: 0n })
})

test('four fifths of the fee go to the treasury, the rest and the tip to the author', () => {
  const chain = realChain()
  chain.grow([chain.sign('//Dave', transfer(chain))])
  const [pot, author] = [treasury(chain), chain.free(AUTHOR)]
  const tip = 3n * TOKEN
  const xt = chain.sign('//Dave', transfer(chain), { tip })
  const { total } = query(chain, xt)
  const issued = chain.read(() => chain.use(chain.pallets.Balances).issuance())
  chain.grow([xt])
  const toTreasury = (total * 80n) / 100n
  assert.equal(treasury(chain) - pot, toTreasury)
  assert.equal(chain.free(AUTHOR) - author, total - toTreasury + tip)
  assert.equal(
    chain.read(() => chain.use(chain.pallets.Balances).issuance()),
    issued,
  )
})

test('what a call did not use is given back, and a call that is free costs nothing', () => {
  const chain = realChain()
  const many = chain.tx.Utility.batch({
    calls: [transfer(chain, 10n ** 30n), ...Array.from({ length: 20 }, () => transfer(chain))],
  })
  const xt = chain.sign('//Dave', many)
  const { total, parts } = query(chain, xt)
  const before = chain.free(idOf('//Dave'))
  chain.grow([xt])
  const paid = before - chain.free(idOf('//Dave'))
  assert.ok(paid < total && paid > parts[0]! + parts[1]!)
  const sudo = chain.sign('//Alice', chain.tx.Sudo.sudo({ call: transfer(chain, 0n) }))
  const alice = chain.free(idOf('//Alice'))
  chain.grow([sudo])
  assert.equal(chain.free(idOf('//Alice')), alice)
})

test('who can not pay and live on does not get into a block', () => {
  const chain = realChain()
  const poor = '//Poor'
  chain.grow([chain.sign('//Dave', transfer(chain, TOKEN / 100n, poor))])
  const results: { type: string; value: unknown }[] = []
  const all = chain.free(idOf(poor))
  chain.execute(
    chain.build(
      [
        chain.sign(poor, transfer(chain, 0n), { nonce: 0, tip: all }),
        chain.sign(poor, transfer(chain, 0n), { nonce: 0 }),
      ],
      {},
      results,
    ),
  )
  assert.deepEqual(results[1], {
    type: 'Err',
    value: { type: 'Invalid', value: { type: 'Payment', value: undefined } },
  })
  assert.equal(results[2]!.type, 'Ok')
})

test('an account that its call ends does not come back for a small refund', () => {
  const chain = realChain()
  const poor = '//Poor'
  chain.grow([chain.sign('//Dave', transfer(chain, TOKEN, poor))])
  const call = chain.tx.Utility.batch({
    calls: [
      chain.tx.Balances.transfer_all({ dest: to('//Dave'), keepAlive: false }),
      transfer(chain, TOKEN),
      chain.tx.System.remark({ remark: new Uint8Array(1) }),
    ],
  })
  chain.grow([chain.sign(poor, call)])
  const account = idOf(poor) as AccountId
  const { System, Balances } = chain.pallets
  chain.read(() => {
    assert.equal(chain.use(System).exists(account), false)
    let sum = 0n
    for (const [, { data }] of chain.use(System).storage.Account.entries())
      sum += data.free + data.reserved
    assert.equal(sum, chain.use(Balances).issuance())
  })
})

test('fees follow the load: full blocks make them rise, empty ones fall, between bounds', () => {
  const chain = realChain()
  chain.grow()
  const first = multiplier(chain)
  assert.ok(first < ONE, 'an empty block')
  const heavy = Array.from({ length: 4 }, () =>
    chain.tx.Utility.batch({
      calls: Array.from({ length: 800 }, () => transfer(chain, 1n)),
    }),
  )
  const before = multiplier(chain)
  chain.grow(heavy.map((call) => chain.sign('//Dave', call)))
  assert.ok(multiplier(chain) > before)
  assert.ok(multiplier(chain) - before < ONE / 10_000n, 'a little each block')
  for (const [from, bound] of [
    [ONE / 10n, ONE / 10n],
    [1_000n * ONE, undefined],
  ] as const) {
    chain.read(() => multiplierItem(chain).put(from))
    chain.build()
    if (bound !== undefined) assert.equal(multiplier(chain), bound)
    else assert.ok(multiplier(chain) < from)
  }
})

test('weights and lengths have prices of their own to ask for, and calls without a signature', () => {
  const chain = realChain()
  const ask = (method: string, args: Uint8Array): bigint => {
    const raw = chain.call(method, args)
    return (registry.createType('u128', raw) as { toBigInt(): bigint }).toBigInt()
  }
  assert.equal(ask('TransactionPaymentApi_query_length_to_fee', encode(u32, 7)), 7n * PER_BYTE)
  const call = encode(chain.runtime.call, transfer(chain))
  const raw = chain.call(
    'TransactionPaymentCallApi_query_call_info',
    concat(call, encode(u32, call.length)),
  )
  const info = registry.createType('RuntimeDispatchInfoV2', raw) as never as {
    partialFee: { toBigInt(): bigint }
  }
  assert.ok(info.partialFee.toBigInt() > 0n)
})

test('another client decodes the events of a block from our metadata', () => {
  const chain = realChain()
  chain.grow([chain.sign('//Dave', transfer(chain))])
  const opaque = chain.host.call('Metadata_metadata', new Uint8Array(0), memoryState())
  const own = new TypeRegistry()
  own.setMetadata(new Metadata(own, decode(bytes, opaque) as never))
  const { key } = chain.read(() => chain.use(chain.pallets.System).storage.Events)
  const events = own.createType('Vec<EventRecord>', chain.state.get(key)) as never as {
    event: { section: string; method: string }
  }[]
  assert.deepEqual(
    events.map(({ event }) => `${event.section}.${event.method}`),
    [
      'system.ExtrinsicSuccess',
      'balances.Withdraw',
      'balances.Transfer',
      'system.NewAccount',
      'balances.Endowed',
      'balances.Deposit',
      'treasury.Deposit',
      'balances.Deposit',
      'transactionPayment.TransactionFeePaid',
      'system.ExtrinsicSuccess',
    ],
  )
})
