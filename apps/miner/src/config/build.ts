import { join } from 'node:path'
import { MinerError } from '../errors.ts'
import type { MinerConfig } from '../miner.ts'
import type { MinerSpec } from '../one.ts'
import { type KeySource, keyOf, secretOf } from './keys.ts'
import type { ListedMiner, Loaded } from './load.ts'

const TIB = 2 ** 40
const DEFAULT_PORT = 15_001

/** Settings and keys as what `startMiner` takes. @throws MinerError CONFIG, KEY */
export async function buildConfig(
  loaded: Loaded,
  secret: string | undefined,
): Promise<MinerConfig> {
  const { settings } = loaded
  const miners = await specs(loaded, secret)
  if (settings.announce?.includes('/tcp/') && miners.length > 1)
    throw new MinerError(
      'CONFIG',
      'The announced address names a port, and several miners cannot share one. Leave /tcp/PORT away: each miner adds its own.',
    )
  return {
    nodes: settings.node,
    genesis: settings.genesis,
    dataDir: settings.data,
    miners,
    listenHost: settings.listenHost,
    announce: settings.announce,
    minFreeBytes: settings.minFree,
    autoClaim: settings.autoClaim,
    proxy: settings.proxy,
    deleteAfterMs: settings.deleteAfter * 1_000,
    auditJitterMs: settings.auditJitter * 1_000,
    threads: settings.threads,
    statusPort: settings.statusPort,
    metrics:
      settings.metricsPort === undefined
        ? undefined
        : { host: settings.metricsHost, port: settings.metricsPort },
  }
}

async function specs(loaded: Loaded, secret: string | undefined): Promise<readonly MinerSpec[]> {
  const { settings, keyFile, devKey, miners } = loaded
  const { listenBasePort = devKey === undefined ? DEFAULT_PORT : 0, count, first } = settings
  const portOf = (i: number): number => (listenBasePort === 0 ? 0 : listenBasePort + i)
  const spec = (
    name: string,
    pair: MinerSpec['pair'],
    i: number,
    own: Partial<ListedMiner>,
  ): MinerSpec => {
    const tib = own.tib ?? settings.tib
    return {
      name,
      pair,
      dataDir: own.dataDir ?? join(settings.data, name),
      port: own.port ?? portOf(i),
      tib,
      maxBytes: own.maxSpace ?? settings.maxSpace ?? tib * TIB,
      beneficiary: settings.beneficiary,
    }
  }
  const source: KeySource = { keyFile, devKey, secret }
  if (miners.length > 0) {
    if (count !== undefined)
      throw new MinerError('CONFIG', 'Give either "count" or a list of "miners", not both.')
    return Promise.all(
      miners.map(async (listed, i) => {
        const own = listed.keyFile ?? listed.devKey
        const held = await secretOf(own === undefined ? source : listed)
        // Without a key of its own a listed miner has the shared one with its name as path.
        return spec(
          listed.name,
          keyOf(held, own === undefined ? `//${listed.name}` : ''),
          i,
          listed,
        )
      }),
    )
  }
  const held = await secretOf(source)
  if (count === undefined) return [spec('miner', keyOf(held), 0, {})]
  return Array.from({ length: count }, (_, i) =>
    spec(`${first + i}`, keyOf(held, `//${first + i}`), i, {}),
  )
}
