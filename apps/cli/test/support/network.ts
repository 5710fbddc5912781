import { systemClock } from '@cess/ports'
import { serveGateway, startKit, startNode, testGateway } from '@cess/sdk/testing'

/** A node and a gateway on real sockets; Dave has space and lets the gateway act for him. */
export async function startNetwork() {
  const { chain } = startKit()
  const gateway = testGateway(chain, systemClock)
  const node = await startNode(chain)
  const http = await serveGateway(gateway)
  return {
    chain,
    gateway,
    node,
    flags: ['--node', node.url, '--gateway', http.url],
    async stop() {
      await Promise.all([node.stop(), http.stop()])
    },
  }
}
export type TestNetwork = Awaited<ReturnType<typeof startNetwork>>

/** Waits until something is so; the test's time limit ends it otherwise. */
export async function eventually<T>(ask: () => T | undefined | false): Promise<T> {
  for (;;) {
    const answer = ask()
    if (answer !== undefined && answer !== false) return answer
    await systemClock.sleep(10)
  }
}
