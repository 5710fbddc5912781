import { equal } from '@cess/bytes'
import { accountId32 } from '@cess/primitives'
import { decode, encode, u32 } from '@cess/scale'
import { RpcError } from '../errors.ts'
import type { Method, Methods } from '../method.ts'
import type { Health } from '../server/http.ts'
import type { ReservedPeers, RpcServices } from '../services.ts'
import { dryRun } from './dry-run.ts'

const MALFORMED_PEER = 2002

export const health = ({ network, sync, spec }: RpcServices): Health => ({
  peers: network.peers().length,
  isSyncing: sync.status().state === 'syncing',
  shouldHavePeers: spec.chainType !== 'Development',
})

/** The next nonce that nobody uses yet: the account's, past its transactions that wait in the pool. */
function nextIndex({ chain, pool }: RpcServices): Method {
  return {
    run(params) {
      const who = params.account(0, 'account')
      const args = encode(accountId32, who)
      const answer = chain.call(chain.info().bestHash, 'AccountNonceApi_account_nonce', args)
      let nonce = decode(u32, answer)
      // CheckNonce tags a transaction with its account and nonce.
      const waiting = new Set<number>()
      for (const { provides } of pool.ready())
        for (const tag of provides)
          if (tag.length === 36 && equal(tag.subarray(0, 32), args))
            waiting.add(decode(u32, tag.subarray(32)))
      while (waiting.has(nonce)) nonce++
      return nonce
    },
  }
}

function reservedMethods(reserved: ReservedPeers): Methods {
  const change = (run: (peer: string) => Promise<void>): Method => ({
    unsafe: true,
    async run(params) {
      const peer = params.string(0, 'peer')
      try {
        await run(peer)
      } catch (error) {
        if (error instanceof RangeError) throw new RpcError(MALFORMED_PEER, error.message)
        throw error
      }
      return null
    },
  })
  return {
    system_addReservedPeer: change((peer) => reserved.add(peer)),
    system_removeReservedPeer: change((peer) => reserved.remove(peer)),
    system_reservedPeers: { run: () => reserved.list() },
  }
}

function logMethods(filter: NonNullable<RpcServices['logFilter']>): Methods {
  return {
    system_addLogFilter: {
      unsafe: true,
      run(params) {
        try {
          filter.add(params.string(0, 'directives'))
        } catch (error) {
          if (error instanceof RangeError) throw new RpcError(-32_603, error.message)
          throw error
        }
        return null
      },
    },
    system_resetLogFilter: {
      unsafe: true,
      run() {
        filter.reset()
        return null
      },
    },
  }
}

/** The node, its peers and what it runs. */
export function systemMethods(services: RpcServices): Methods {
  const { network, sync, spec, implementation, role, reserved, logFilter } = services
  const nonce = nextIndex(services)
  return {
    system_name: { run: () => implementation.name },
    system_version: { run: () => implementation.version },
    system_chain: { run: () => spec.name },
    system_chainType: { run: () => spec.chainType },
    system_properties: { run: () => spec.properties },
    system_health: { run: () => health(services) },
    system_localPeerId: { run: () => network.peerId },
    system_localListenAddresses: { run: () => network.addresses() },
    system_peers: { unsafe: true, run: () => network.peers() },
    system_unstable_networkState: {
      unsafe: true,
      run: () => ({
        peerId: network.peerId,
        listenedAddresses: network.addresses(),
        connectedPeers: Object.fromEntries(network.peers().map((peer) => [peer.peerId, peer])),
      }),
    },
    system_nodeRoles: { run: () => [role] },
    system_syncState: {
      run() {
        const { best, target } = sync.status()
        return { startingBlock: 0, currentBlock: best, highestBlock: Math.max(best, target) }
      },
    },
    system_accountNextIndex: nonce,
    account_nextIndex: nonce,
    ...dryRun(services),
    ...(reserved && reservedMethods(reserved)),
    ...(logFilter && logMethods(logFilter)),
  }
}
