import { fromHex } from '@cess/bytes'
import { accountId32 } from '@cess/primitives'
import { decode, encode, u32 } from '@cess/scale'
import type { Methods } from '../method.ts'
import type { Params } from '../params.ts'
import type { RpcServices } from '../services.ts'

/** The node, its peers and what it runs. */
export function systemMethods(services: RpcServices): Methods {
  const { chain, pool, network, sync, spec, implementation, role } = services
  /** The next nonce that nobody uses yet: the account's, past its transactions that wait in the pool. */
  const nextIndex = {
    run(params: Params) {
      const who = params.account(0, 'account')
      const key = encode(accountId32, who)
      let nonce = decode(
        u32,
        chain.call(chain.info().bestHash, 'AccountNonceApi_account_nonce', key),
      )
      const mine = new Set<string>()
      for (const tx of pool.ready())
        for (const tag of tx.provides)
          if (tag.length === 36 && tag.subarray(0, 32).toHex() === key.toHex())
            mine.add(tag.toHex())
      const tagOf = (n: number): string => `${fromHex(who).toHex()}${encode(u32, n).toHex()}`
      while (mine.has(tagOf(nonce))) nonce++
      return nonce
    },
  }
  return {
    system_name: { run: () => implementation.name },
    system_version: { run: () => implementation.version },
    system_chain: { run: () => spec.name },
    system_chainType: { run: () => spec.chainType },
    system_properties: { run: () => spec.properties },
    system_health: {
      run: () => ({
        peers: network.peers().length,
        isSyncing: sync.status().state === 'syncing',
        shouldHavePeers: spec.chainType !== 'Development',
      }),
    },
    system_localPeerId: { run: () => network.peerId },
    system_localListenAddresses: { run: () => network.addresses() },
    system_peers: { unsafe: true, run: () => network.peers() },
    system_nodeRoles: { run: () => [role] },
    system_syncState: {
      run() {
        const { best, target } = sync.status()
        return { startingBlock: 0, currentBlock: best, highestBlock: Math.max(best, target) }
      },
    },
    system_accountNextIndex: nextIndex,
    account_nextIndex: nextIndex,
  }
}
