import type { Chain } from '@cess/chain'
import { GRANDPA_ENGINE } from '@cess/primitives'
import { invalidParams } from '../errors.ts'
import { extrinsicHex, headerJson } from '../json.ts'
import { type Method, type Methods, subscription } from '../method.ts'
import type { RpcServices } from '../services.ts'
import { blockAt, onBest, requireHeader } from './blocks.ts'

/** Numbers that one chain_getBlockHash may ask for. */
const MAX_NUMBERS = 1000

function hashOf(chain: Chain, which: unknown): string | null {
  const number =
    typeof which === 'string' && /^0x[0-9a-fA-F]{1,16}$/.test(which) ? Number(which) : which
  if (!Number.isSafeInteger(number) || (number as number) < 0)
    throw invalidParams('a block number must be a whole number or its hex form')
  return chain.hashAt(number as number) ?? null
}

/** Streams of headers under all the names they have had. */
function headStreams(chain: Chain): Methods {
  const head = (kind: 'bestHash' | 'finalizedHash') =>
    headerJson(requireHeader(chain, chain.info()[kind]))
  const newHeads = (subscribe: string, unsubscribe: string) =>
    subscription({ subscribe, unsubscribe, notification: 'chain_newHead' }, (sub) => {
      sub.push(head('bestHash'))
      sub.onClose(onBest(chain, (_, header) => sub.push(headerJson(header))))
    })
  const finalizedHeads = (subscribe: string, unsubscribe: string) =>
    subscription({ subscribe, unsubscribe, notification: 'chain_finalizedHead' }, (sub) => {
      sub.push(head('finalizedHash'))
      sub.onClose(
        chain.subscribe((event) => {
          if (event.type !== 'finalized') return
          for (const hash of event.path) sub.push(headerJson(requireHeader(chain, hash)))
        }),
      )
    })
  return {
    ...newHeads('chain_subscribeNewHeads', 'chain_unsubscribeNewHeads'),
    ...newHeads('chain_subscribeNewHead', 'chain_unsubscribeNewHead'),
    ...newHeads('subscribe_newHead', 'unsubscribe_newHead'),
    ...subscription(
      {
        subscribe: 'chain_subscribeAllHeads',
        unsubscribe: 'chain_unsubscribeAllHeads',
        notification: 'chain_allHead',
      },
      (sub) => {
        sub.push(head('bestHash'))
        sub.onClose(
          chain.subscribe((event) => {
            if (event.type === 'imported') sub.push(headerJson(event.header))
          }),
        )
      },
    ),
    ...finalizedHeads('chain_subscribeFinalizedHeads', 'chain_unsubscribeFinalizedHeads'),
    ...finalizedHeads('chain_subscribeFinalisedHeads', 'chain_unsubscribeFinalisedHeads'),
  }
}

/** Blocks, headers and their streams. */
export function chainMethods({ chain }: RpcServices): Methods {
  const getHash: Method = {
    run(params) {
      if (!params.has(0)) return chain.info().bestHash
      const asked = params.raw[0]
      if (!Array.isArray(asked)) return hashOf(chain, asked)
      if (asked.length > MAX_NUMBERS)
        throw invalidParams(`at most ${MAX_NUMBERS} block numbers at once`)
      return asked.map((one) => hashOf(chain, one))
    },
  }
  const finalizedHead: Method = { run: () => chain.info().finalizedHash }
  return {
    chain_getHeader: {
      run(params) {
        const found = chain.header(blockAt(chain, params, 0))
        return found ? headerJson(found) : null
      },
    },
    chain_getBlock: {
      run(params) {
        const hash = blockAt(chain, params, 0)
        const header = chain.header(hash)
        const body = chain.body(hash)
        if (!header || !body) return null
        const justification = chain.justification(hash)
        return {
          block: { header: headerJson(header), extrinsics: body.map(extrinsicHex) },
          justifications: justification ? [[[...GRANDPA_ENGINE], [...justification]]] : null,
        }
      },
    },
    chain_getBlockHash: getHash,
    chain_getHead: getHash,
    chain_getFinalizedHead: finalizedHead,
    chain_getFinalisedHead: finalizedHead,
    ...headStreams(chain),
  }
}
