import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Cess, cess } from '@cess/localnet/cess'
import { type LocalNetwork, startNetwork } from '@cess/localnet/network'

/** A network of real processes, and `cess` for the keys of development accounts. */
export interface TestNetwork extends LocalNetwork {
  /** For files of the test; gone with the network. */
  readonly folder: string
  as(key: string): Cess
}

export async function startTestNetwork(): Promise<TestNetwork> {
  const folder = mkdtempSync(join(tmpdir(), 'cess-network-test-'))
  const network = await startNetwork({
    data: join(folder, 'network'),
    ports: { rpc: 0, p2p: 0, gateway: 0 },
    miners: 12,
    logLevel: 'info',
    progress: () => undefined,
  })
  const access = { node: network.rpc, gateway: network.gateway, home: folder }
  return {
    ...network,
    folder,
    as: (key) => cess({ ...access, key }),
    async stop() {
      await network.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Runs what has to fail. Returns the chain's name of the error, or its code. */
export async function refused(who: Cess, ...args: string[]): Promise<string> {
  const { code, json } = await who.run(...args)
  assert.notEqual(code, 0, `${args.join(' ')} succeeded`)
  const { code: known, chain } = json['error'] as { code: string; chain?: string }
  return chain ?? known
}
