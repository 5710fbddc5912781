import { GRANDPA_ENGINE } from '@cess/primitives'
import { invalidParams } from '../errors.ts'
import { extrinsicHex, headerJson } from '../json.ts'
import { type Methods, subscription } from '../method.ts'
import type { RpcServices } from '../services.ts'
import { blockAt } from './blocks.ts'

/** Blocks, headers and their streams. */
export function chainMethods({ chain }: RpcServices): Methods {
  const hashOf = (which: unknown): string | null => {
    const number =
      typeof which === 'string' && /^0x[0-9a-fA-F]{1,16}$/.test(which) ? Number(which) : which
    if (!Number.isSafeInteger(number) || (number as number) < 0)
      throw invalidParams('a block number must be a whole number or its hex form')
    return chain.hashAt(number as number) ?? null
  }
  const head = (kind: 'best' | 'finalized') => {
    const info = chain.info()
    return headerJson(chain.header(kind === 'best' ? info.bestHash : info.finalizedHash)!)
  }
  const newHeads = (subscribe: string, unsubscribe: string, all: boolean) =>
    subscription(
      { subscribe, unsubscribe, notification: all ? 'chain_allHead' : 'chain_newHead' },
      (sub) => {
        sub.push(head('best'))
        sub.onClose(
          chain.subscribe((event) => {
            if (event.type === 'imported' && (all || event.best)) sub.push(headerJson(event.header))
          }),
        )
      },
    )
  const finalizedHeads = (subscribe: string, unsubscribe: string) =>
    subscription({ subscribe, unsubscribe, notification: 'chain_finalizedHead' }, (sub) => {
      sub.push(head('finalized'))
      sub.onClose(
        chain.subscribe((event) => {
          if (event.type !== 'finalized') return
          for (const hash of event.path) sub.push(headerJson(chain.header(hash)!))
        }),
      )
    })
  const getHash = {
    run: (params: { raw: readonly unknown[]; has(i: number): boolean }) => {
      if (!params.has(0)) return chain.info().bestHash
      const asked = params.raw[0]
      if (!Array.isArray(asked)) return hashOf(asked)
      if (asked.length > 1000) throw invalidParams('at most 1000 block numbers at once')
      return asked.map(hashOf)
    },
  }
  const finalizedHead = { run: () => chain.info().finalizedHash }
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
    ...newHeads('chain_subscribeNewHeads', 'chain_unsubscribeNewHeads', false),
    ...newHeads('chain_subscribeNewHead', 'chain_unsubscribeNewHead', false),
    ...newHeads('subscribe_newHead', 'unsubscribe_newHead', false),
    ...newHeads('chain_subscribeAllHeads', 'chain_unsubscribeAllHeads', true),
    ...finalizedHeads('chain_subscribeFinalizedHeads', 'chain_unsubscribeFinalizedHeads'),
    ...finalizedHeads('chain_subscribeFinalisedHeads', 'chain_unsubscribeFinalisedHeads'),
  }
}
