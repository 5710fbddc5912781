import type { Hash } from '@cess/bytes'
import { type Network, protocolName, ROLE, roleHandshake } from '@cess/network'
import type { GossipPort } from './gossip.ts'
import type { Grandpa } from './grandpa.ts'
import type { PeerRole } from './peers.ts'

/** Bytes of a gossip message (sc_consensus_grandpa's `grandpa_peers_set_config`). */
const MAX_MESSAGE = 1 << 20
const MAX_HANDSHAKE = 32

const roleOf = (handshake: Uint8Array): PeerRole => {
  const role = handshake[0]
  if (role === ROLE.authority) return 'authority'
  return role === ROLE.light ? 'light' : 'full'
}

/**
 * The protocol `grandpa/1` on a network: make `createGrandpa` with its `port`, then `connect` the two.
 * @param role What this node says it is, one of `ROLE`.
 */
export function grandpaGossip(
  network: Pick<Network, 'notifications' | 'report'>,
  genesisHash: Hash,
  role: number,
): { readonly port: GossipPort; connect(grandpa: Grandpa): void } {
  let grandpa: Grandpa | undefined
  const roles = new Map<string, PeerRole>()
  const notifications = network.notifications({
    protocol: protocolName(genesisHash, 'grandpa/1'),
    handshake: () => roleHandshake(role),
    maxHandshake: MAX_HANDSHAKE,
    maxMessage: MAX_MESSAGE,
    maxPeers: 300,
    accept: () => true,
    opened(peer, handshake) {
      roles.set(peer, roleOf(handshake))
      grandpa?.peerConnected(peer, roleOf(handshake))
    },
    closed(peer) {
      roles.delete(peer)
      grandpa?.peerDisconnected(peer)
    },
    message: (peer, bytes) => grandpa?.message(peer, bytes),
  })
  return {
    port: {
      send: (peer, bytes) => notifications.send(peer, bytes),
      report: (peer, change, reason) => network.report(peer, change, reason),
    },
    connect(to) {
      grandpa = to
      for (const [peer, peerRole] of roles) to.peerConnected(peer, peerRole)
    },
  }
}
