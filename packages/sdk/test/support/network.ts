import { type Clock, systemClock } from '@cess/ports'
import { type ChainClient, connectChain } from '../../src/index.ts'
import { type Kit, startKit } from './kit.ts'
import { startNode, type TestNode } from './node.ts'

/** A clock that runs twenty times as fast where something waits. Sockets take the time they take. */
const quick: Clock = {
  now: () => systemClock.now(),
  after: (ms, run) => systemClock.after(ms / 20, run),
  sleep: (ms, signal) => systemClock.sleep(ms / 20, signal),
}

export interface Network extends Kit {
  readonly node: TestNode
  readonly remote: ChainClient
  stop(): Promise<void>
}

/** The kit's chain behind a real WebSocket, and a client of it. */
export async function startNetwork(clock: Clock = quick): Promise<Network> {
  const kit = startKit()
  const node = await startNode(kit.chain)
  const remote = await connectChain({ endpoints: [node.url], clock })
  return {
    ...kit,
    node,
    remote,
    async stop() {
      remote.close()
      await node.stop()
    },
  }
}

/** Waits until something is so; the test's time limit ends it otherwise. */
export async function eventually(ask: () => boolean): Promise<void> {
  while (!ask()) await systemClock.sleep(5)
}
