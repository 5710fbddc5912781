/** What a miner tells the chain about where it is. */
export interface EndpointParts {
  /** What libp2p listens on, each with `/p2p/ID`. */
  readonly listening: readonly string[]
  readonly peerId: string
  /** Front of the address that others use, with or without a port of its own. */
  readonly announce: string | undefined
}

const LOOPBACK = /^\/(?:ip4\/127\.|ip6\/::1\/)/
const portOf = (address: string): string | undefined => /\/tcp\/(\d+)/.exec(address)?.[1]

/** The multiaddress to register: what was announced, else an address that other machines can reach, else loopback. */
export function endpointOf({ listening, peerId, announce }: EndpointParts): string {
  const tcp = listening.filter((a) => portOf(a) !== undefined && !a.includes('/ws'))
  const [first = ''] = tcp
  if (announce !== undefined) {
    const port = portOf(announce) === undefined ? `/tcp/${portOf(first) ?? '0'}` : ''
    return `${announce}${port}/p2p/${peerId}`
  }
  return tcp.find((address) => !LOOPBACK.test(address)) ?? first
}
