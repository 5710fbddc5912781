import { type GrandpaMessage, grandpaGossip, grandpaSigned, headerHash } from '@cess/primitives'
import { decode, encode } from '@cess/scale'
import type { SimNode, Simulation } from './simulation.ts'

/** A signed vote as gossip carries it. */
export function signedVote(
  pair: NonNullable<SimNode['pair']>,
  message: GrandpaMessage,
  round: bigint,
  setId: bigint,
): Uint8Array {
  const signature = pair.sign(encode(grandpaSigned, { message, round, setId }))
  return encode(grandpaGossip, {
    type: 'Vote',
    value: { round, setId, message, signature, id: pair.publicKey },
  })
}

/** Makes a voter follow each round it hears of and say different things to different peers in it. */
export function equivocate(sim: Simulation, name: string): void {
  const node = sim.node(name)
  const pair = node.pair!
  const done = new Set<string>()
  node.intercept = (_from, bytes) => {
    const heard = decode(grandpaGossip, bytes)
    if (heard.type !== 'Vote') return
    const { round, setId } = heard.value
    if (done.has(`${setId}/${round}`)) return
    done.add(`${setId}/${round}`)
    const finalized = node.chain.info().finalizedNumber
    const blocks = node.chain.all().filter((header) => header.number >= finalized)
    for (const type of ['Prevote', 'Precommit'] as const)
      for (const peer of sim.names()) {
        const header = blocks[sim.below(blocks.length)]!
        const value = { targetHash: headerHash(header), targetNumber: header.number }
        sim.send(node, peer, signedVote(pair, { type, value }, round, setId))
      }
  }
}
