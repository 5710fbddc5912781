import {
  createNetwork,
  type Network,
  type StorageClient,
  storageClient,
  storageServer,
} from '@cess/network'
import { createTagger, initPodr2, type Tagger } from '@cess/podr2'
import { noMetrics, silentLogger, systemClock } from '@cess/ports'
import { type MinerConfig, type RunningMiners, startMiner } from '../../src/index.ts'
import type { TestChain } from './chain.ts'
import { OPERATOR } from './chain.ts'
import { minerKey } from './context.ts'
import type { TestFile } from './file.ts'

await initPodr2()
/** The registered tagger of the gateway: tagger 0 of a chain that `registerTagger` was called on. */
export const tagger: Tagger = createTagger(new Uint8Array(32).fill(9))

export const registerTagger = (chain: TestChain): void => {
  const { verifier, parametersHash: parameters } = tagger
  chain.taggers.push({ owner: OPERATOR, verifier, parameters })
}

export interface TestGateway {
  readonly network: Network
  readonly client: StorageClient
  /** Connects to a miner and returns its peer id. */
  dial(miners: RunningMiners, i?: number): Promise<string>
}

/** A node that talks to miners as gateways do, and hands out the parameters of its tagger. */
export async function testGateway(seed = 0x77): Promise<TestGateway> {
  const network = await createNetwork({
    identity: new Uint8Array(32).fill(seed),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    bootnodes: [],
    clock: systemClock,
    logger: silentLogger,
    metrics: noMetrics,
  })
  storageServer(network, { params: async () => tagger.parameters })
  await network.start()
  return {
    network,
    client: storageClient(network),
    dial: (miners, i = 0) => network.dial(miners.miners[i]!.addresses[0]!),
  }
}

export const minerConfig = (dataDir: string, change: Partial<MinerConfig> = {}): MinerConfig => ({
  nodes: [],
  dataDir,
  miners: [1].map((n) => ({
    name: `miner-${n}`,
    pair: minerKey(n),
    dataDir: `${dataDir}/miner-${n}`,
    port: 0,
    tib: 1,
    maxBytes: 1 << 30,
  })),
  listenHost: '127.0.0.1',
  announce: undefined,
  minFreeBytes: 0,
  autoClaim: true,
  proxy: false,
  deleteAfterMs: 0,
  auditJitterMs: 0,
  threads: 1,
  statusPort: 0,
  ...change,
})

/** Runs a test with a miner, a gateway that is connected to it, and a chain; ends all of them. */
export async function withMiner(
  dataDir: string,
  chain: TestChain,
  run: (t: {
    miners: RunningMiners
    gateway: TestGateway
    peer: string
    client: StorageClient
  }) => Promise<void>,
  change: Partial<MinerConfig> = {},
): Promise<void> {
  const miners = await startMiner(minerConfig(dataDir, change), { chain })
  const gateway = await testGateway()
  try {
    const peer = await gateway.dial(miners)
    await run({ miners, gateway, peer, client: gateway.client })
  } finally {
    await gateway.network.stop()
    await miners.stop()
  }
}

/** What a gateway puts: column `index` of a file. */
export const column = (file: TestFile, index: number) =>
  file.segments.map((s, segment) => ({
    header: {
      fileId: file.fileId,
      segment,
      index,
      fragmentId: s.ids[index - 1]!,
      size: s.size,
      dealer: undefined,
    },
    data: s.fragments[index - 1]!,
  }))

/** Waits for something that happens soon. */
export async function until(what: string, test: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 2_000; i++) {
    if (await test()) return
    await systemClock.sleep(5)
  }
  throw new Error(`never happened: ${what}`)
}
