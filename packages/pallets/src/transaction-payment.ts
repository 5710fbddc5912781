import {
  type AnyExtension,
  apiMethod,
  constant,
  type DispatchInfo,
  decodeExtrinsic,
  defineExtension,
  definePallet,
  dispatchClass,
  invalid,
  type Provides,
  type Runtime,
  type RuntimeApi,
  runtimeApi,
  type SystemApi,
  type TxContext,
  value,
  type Weight,
  weightCodec,
} from '@cess/frame'
import { accountId32 } from '@cess/primitives'
import { compact, enumeration, option, struct, u8, u32, u128, unit } from '@cess/scale'
import type { AuthorshipApi } from './authorship.ts'
import type { BalancesApi } from './balances.ts'
import type { TreasuryApi } from './treasury.ts'

/** FixedU128: 10^18 is one. */
const ONE = 10n ** 18n
/** Fee of one picosecond of computation and of one byte, in balance units: a transfer costs about 0.003 token. */
const FEE_PER_PICOSECOND = 10_000_000n
const FEE_PER_BYTE = 10n ** 12n
const OPERATIONAL_MULTIPLIER = 5n
/** Share of every fee that the treasury gets; the author gets the rest and the tip. */
const TREASURY_PERCENT = 80n

/** How fast fees follow the load: at most 0.003 % a block, around blocks that are a quarter full. */
const VARIABILITY = ONE / 33_333n
const TARGET_FULLNESS = ONE / 4n
const MIN_MULTIPLIER = ONE / 10n
const MAX_MULTIPLIER = 1_000n * ONE

const inclusionFee = struct('pallet_transaction_payment::types::InclusionFee', {
  baseFee: u128,
  lenFee: u128,
  adjustedWeightFee: u128,
})
const feeDetails = struct('pallet_transaction_payment::types::FeeDetails', {
  inclusionFee: option(inclusionFee),
})
const runtimeDispatchInfo = struct('pallet_transaction_payment::types::RuntimeDispatchInfo', {
  weight: weightCodec,
  class: dispatchClass,
  partialFee: u128,
})

const weightToFee = (weight: Weight): bigint => weight.refTime * FEE_PER_PICOSECOND

interface Fee {
  readonly base: bigint
  readonly length: bigint
  readonly weight: bigint
}
const total = (fee: Fee | undefined): bigint => (fee ? fee.base + fee.length + fee.weight : 0n)

/** Fees by weight and length, with a multiplier that follows the load (pallet_transaction_payment). */
export const transactionPayment = (config: {
  readonly system: Provides<SystemApi>
  readonly balances: Provides<BalancesApi>
  readonly treasury: Provides<TreasuryApi>
  readonly authorship: Provides<AuthorshipApi>
}) =>
  definePallet({
    name: 'TransactionPayment',
    index: 7,
    crate: 'pallet_transaction_payment',
    constants: {
      OperationalFeeMultiplier: constant(u8, Number(OPERATIONAL_MULTIPLIER)),
    },
    storage: {
      NextFeeMultiplier: value(u128, {
        default: ONE,
        docs: 'Factor on weight fees; 10^18 is one.',
      }),
      StorageVersion: value(
        enumeration('pallet_transaction_payment::Releases', ['V1Ancient', 'V2']),
        {
          default: 'V1Ancient',
        },
      ),
    },
    events: { TransactionFeePaid: { who: accountId32, actualFee: u128, tip: u128 } },
    errors: {},
    api({ storage, use, emit }) {
      const feeOf = (info: DispatchInfo, length: number, actual = info.weight): Fee | undefined => {
        if (info.paysFee === 'No') return undefined
        const name = info.class === 'Operational' ? 'operational' : 'normal'
        const { baseExtrinsic } = use(config.system).weights.perClass[name]
        return {
          base: weightToFee(baseExtrinsic),
          length: BigInt(length) * FEE_PER_BYTE,
          weight: (weightToFee(actual) * storage.NextFeeMultiplier.get()) / ONE,
        }
      }
      return {
        feeOf,
        weightToFee,
        lengthToFee: (length: number): bigint => BigInt(length) * FEE_PER_BYTE,
        canPay: (tx: TxContext, tip: bigint): boolean =>
          total(feeOf(tx.info, tx.length)) + tip <= use(config.balances).spendable(tx.who, true),
        /** Takes the whole fee before the call runs; what was too much comes back in `settle`. */
        charge(tx: TxContext, tip: bigint): bigint {
          const fee = total(feeOf(tx.info, tx.length)) + tip
          use(config.balances).withdraw(tx.who, fee, true)
          return fee
        },
        settle(tx: TxContext, taken: bigint, tip: bigint, info: DispatchInfo): void {
          if (taken === 0n) return
          const balances = use(config.balances)
          const due = total(feeOf(info, tx.length)) + tip
          const fee = due < taken ? due : taken
          // An account that the call has ended can't take a small refund; it goes the way of the fee.
          const refund = taken - fee
          const canRefund = balances.free(tx.who) + refund >= balances.existentialDeposit
          if (canRefund) balances.deposit(tx.who, refund)
          const paid = canRefund ? fee : taken
          const toTreasury = ((paid - tip) * TREASURY_PERCENT) / 100n
          const toAuthor = paid - toTreasury
          const author = use(config.authorship).author()
          if (author && balances.free(author) + toAuthor >= balances.existentialDeposit) {
            use(config.treasury).receive(toTreasury)
            balances.deposit(author, toAuthor)
          } else use(config.treasury).receive(paid)
          emit.TransactionFeePaid({ who: tx.who, actualFee: paid, tip })
        },
        /** Moves the multiplier towards where blocks are a quarter full (TargetedFeeAdjustment). */
        adjust(): void {
          const system = use(config.system)
          const limit = system.weights.perClass.normal.maxTotal?.refTime ?? 1n
          const fullness = (system.consumed().normal.refTime * ONE) / limit
          const difference = fullness - TARGET_FULLNESS
          const first = (VARIABILITY * difference) / ONE
          const second = (first * first) / (2n * ONE)
          const before = storage.NextFeeMultiplier.get()
          const next = (before * (ONE + first + second)) / ONE
          const bounded =
            next < MIN_MULTIPLIER ? MIN_MULTIPLIER : next > MAX_MULTIPLIER ? MAX_MULTIPLIER : next
          if (bounded !== before) storage.NextFeeMultiplier.put(bounded)
        },
      }
    },
    genesis({ storage }) {
      storage.StorageVersion.put('V2')
      return undefined
    },
    hooks: {
      onFinalize({ api }) {
        api.adjust()
        return undefined
      },
    },
    calls: {},
  })
export type TransactionPaymentApi = NonNullable<ReturnType<typeof transactionPayment>['provided']>

/** The extension that takes the fee; carries the tip. */
export const chargeTransactionPayment = (
  payment: TransactionPaymentApi,
  system: SystemApi,
): AnyExtension =>
  defineExtension<bigint, undefined, { taken: bigint; tip: bigint }>({
    identifier: 'ChargeTransactionPayment',
    extra: compact(u128),
    additional: unit,
    implicit: () => undefined,
    validate(tx, tip) {
      if (!payment.canPay(tx, tip)) throw invalid('Payment')
      return { priority: priority(tx, tip, total(payment.feeOf(tx.info, tx.length)), system) }
    },
    prepare(tx, tip) {
      if (!payment.canPay(tx, tip)) throw invalid('Payment')
      return { taken: payment.charge(tx, tip), tip }
    },
    after({ taken, tip }, tx, post) {
      payment.settle(tx, taken, tip, {
        ...tx.info,
        weight: post.actualWeight ?? tx.info.weight,
        paysFee: post.paysFee ?? tx.info.paysFee,
      })
    },
  })

/** Tip per share of a block that the transaction takes (ChargeTransactionPayment::get_priority). */
function priority(tx: TxContext, tip: bigint, fee: bigint, system: SystemApi): bigint {
  const name = tx.info.class === 'Operational' ? 'operational' : 'normal'
  const maxWeight = (system.weights.perClass[name].maxTotal ?? system.weights.maxBlock).refTime
  const weight = tx.info.weight.refTime > 0n ? tx.info.weight.refTime : 1n
  const byWeight = maxWeight / weight
  const byLength = BigInt(system.blockLength.max[name]) / BigInt(tx.length)
  const perBlock = byWeight < byLength ? byWeight : byLength
  const scaled = (tip + 1n) * perBlock
  return tx.info.class === 'Operational' ? scaled + fee * OPERATIONAL_MULTIPLIER * perBlock : scaled
}

/** Fee queries of `TransactionPaymentApi` and `TransactionPaymentCallApi`. */
export function transactionPaymentApis(
  runtime: Runtime,
  payment: TransactionPaymentApi,
): RuntimeApi[] {
  const infoOf = (xt: Uint8Array): DispatchInfo =>
    runtime.dispatchInfo(decodeExtrinsic(xt, runtime.call, runtime.extra).call)
  const brief = (info: DispatchInfo, length: number) => ({
    weight: info.weight,
    class: info.class,
    partialFee: total(payment.feeOf(info, length)),
  })
  const details = (info: DispatchInfo, length: number) => {
    const fee = payment.feeOf(info, length)
    return {
      inclusionFee: fee && {
        baseFee: fee.base,
        lenFee: fee.length,
        adjustedWeightFee: fee.weight,
      },
    }
  }
  return [
    runtimeApi('TransactionPaymentApi', 4, {
      query_info: apiMethod({
        inputs: { uxt: runtime.extrinsic, len: u32 },
        output: runtimeDispatchInfo,
        run: ({ uxt, len }) => brief(infoOf(uxt), len),
      }),
      query_fee_details: apiMethod({
        inputs: { uxt: runtime.extrinsic, len: u32 },
        output: feeDetails,
        run: ({ uxt, len }) => details(infoOf(uxt), len),
      }),
      query_weight_to_fee: apiMethod({
        inputs: { weight: weightCodec },
        output: u128,
        run: ({ weight }) => weightToFee(weight),
      }),
      query_length_to_fee: apiMethod({
        inputs: { length: u32 },
        output: u128,
        run: ({ length }) => payment.lengthToFee(length),
      }),
    }),
    runtimeApi('TransactionPaymentCallApi', 3, {
      query_call_info: apiMethod({
        inputs: { call: runtime.call, len: u32 },
        output: runtimeDispatchInfo,
        run: ({ call, len }) => brief(runtime.dispatchInfo(call), len),
      }),
      query_call_fee_details: apiMethod({
        inputs: { call: runtime.call, len: u32 },
        output: feeDetails,
        run: ({ call, len }) => details(runtime.dispatchInfo(call), len),
      }),
    }),
  ]
}
