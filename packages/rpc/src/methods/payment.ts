import { concat } from '@cess/bytes'
import { compact, decode, encode, enumeration, option, struct, u32, u64, u128 } from '@cess/scale'
import type { Methods } from '../method.ts'
import type { Params } from '../params.ts'
import type { RpcServices } from '../services.ts'
import { blockAt } from './blocks.ts'

const info = struct('', {
  weight: struct('', { refTime: compact(u64), proofSize: compact(u64) }),
  class: enumeration('', ['normal', 'operational', 'mandatory']),
  partialFee: u128,
})
const details = struct('', {
  inclusionFee: option(struct('', { baseFee: u128, lenFee: u128, adjustedWeightFee: u128 })),
})

const hexNumber = (value: bigint): string => `0x${value.toString(16)}`

/** What a transaction would cost. */
export function paymentMethods({ chain }: RpcServices): Methods {
  const ask = (params: Params, method: string): Uint8Array => {
    const raw = params.bytes(0, 'extrinsic')
    return chain.call(
      blockAt(chain, params, 1),
      `TransactionPaymentApi_${method}`,
      concat(raw, encode(u32, raw.length)),
    )
  }
  return {
    payment_queryInfo: {
      run(params) {
        const found = decode(info, ask(params, 'query_info'))
        return {
          weight: {
            ref_time: Number(found.weight.refTime),
            proof_size: Number(found.weight.proofSize),
          },
          class: found.class,
          partialFee: String(found.partialFee),
        }
      },
    },
    payment_queryFeeDetails: {
      run(params) {
        const { inclusionFee: fee } = decode(details, ask(params, 'query_fee_details'))
        return {
          inclusionFee: fee
            ? {
                baseFee: hexNumber(fee.baseFee),
                lenFee: hexNumber(fee.lenFee),
                adjustedWeightFee: hexNumber(fee.adjustedWeightFee),
              }
            : null,
        }
      },
    },
  }
}
