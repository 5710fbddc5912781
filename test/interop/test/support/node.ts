import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunningNode, startNode } from '@cess/node'
import { silentLogger } from '@cess/ports'
import { DEVNET, devPreset, specJson, specOf } from '@cess/runtime'
import { memoryState } from '@cess/state'

/** A running development chain of one validator. Everything about it is real; only its slots are short. */
export async function startDevNode(): Promise<RunningNode> {
  const folder = await mkdtemp(join(tmpdir(), 'cess-interop-'))
  const chain = join(folder, 'chain.json')
  const config = { ...DEVNET, slotDuration: 500 }
  const spec = specOf({ ...devPreset(), config }, memoryState())
  await writeFile(chain, JSON.stringify(specJson(spec)))
  const node = await startNode(
    {
      chain,
      tmp: true,
      basePath: folder,
      devKey: '//Alice',
      name: 'interop',
      port: 0,
      listenAddr: ['/ip4/127.0.0.1/tcp/0'],
      statePruning: 256,
      dbCache: 64,
      rpcPort: 0,
      rpcMethods: 'auto',
      rpcMaxConnections: 100,
      logLevel: 'silent',
      logFormat: 'text',
    },
    { logger: silentLogger },
  )
  const stop = async (): Promise<void> => {
    await node.stop()
    await rm(folder, { recursive: true, force: true })
  }
  return { ...node, stop }
}
