/** A gateway in a process of its own, to be killed: on the folder that is named, with a chain and miners of its own that never answer. */
import { toHex, utf8 } from '@cess/bytes'
import { startGateway } from '../../src/index.ts'
import { key, testChain } from './chain.ts'
import { GATEWAY, prepare } from './kit.ts'

const chain = testChain()
for (let n = 1; n <= 12; n++) {
  const pair = key(`//Miner//${n}`)
  const registration = {
    beneficiary: toHex(pair.publicKey) as never,
    peerId: new Uint8Array(38).fill(n),
    stakingVal: 4_000n * 10n ** 18n,
    tibCount: 1,
  }
  await chain.submit(pair, chain.tx.Sminer.regnstk(registration))
  const endpoint = utf8('/ip4/127.0.0.1/tcp/1')
  await chain.submit(pair, chain.tx.Sminer.set_endpoint({ endpoint }))
}
await prepare(chain, toHex(GATEWAY.publicKey) as never)
const gateway = await startGateway(
  { data: process.argv[2]!, node: [], port: 0, listenHost: '127.0.0.1', encodeThreads: 1 },
  { pair: GATEWAY, chain: chain.client },
)
process.send?.({ url: gateway.url, address: gateway.address })
