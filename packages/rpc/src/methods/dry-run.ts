import { toHex } from '@cess/bytes'
import { bytes, encode } from '@cess/scale'
import type { Method, Methods } from '../method.ts'
import type { RpcServices } from '../services.ts'
import { readExtrinsic } from './author.ts'
import { blockAt } from './blocks.ts'

/** What applying a transaction would give: an encoded `ApplyExtrinsicResult`. Nothing is kept. */
export function dryRun({ chain }: RpcServices): Methods {
  const method: Method = {
    unsafe: true,
    run: (params) =>
      toHex(
        chain.call(
          blockAt(chain, params, 1),
          'BlockBuilder_apply_extrinsic',
          encode(bytes, readExtrinsic(params, 0)),
        ),
      ),
  }
  return { system_dryRun: method, system_dryRunAt: method }
}
