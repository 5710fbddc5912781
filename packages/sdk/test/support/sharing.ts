import { type AccountId, type FileId, fromHex } from '@cess/bytes'
import { MemoryStore, SeededRandom, silentLogger } from '@cess/ports'
import { createProxyService, type ProxyService, type ShareRequest } from '@cess/proxy'
import { accountKey, contextOf } from '@cess/reencryption'
import {
  accountOf,
  bytesSource,
  getFile,
  openShared,
  putFile,
  readHeader,
  shareFiles,
} from '../../src/index.ts'
import { GENESIS, key } from './chain.ts'
import { content, DAVE, EVE, inTime, type Kit, startKit } from './kit.ts'

export const FEE = 10n ** 18n
export const random = new SeededRandom(50)
const minerPair = (n: number) => key(`//Miner//${n}`)
export const pairOf = (account: AccountId) =>
  [1, 2, 3, 4, 5, 6, 7, 8].map(minerPair).find((pair) => accountOf(pair) === account)!
const sealKey = (n: number) => accountKey(key(`//Seal//${n}`))

/** Miners 1 to `count` as proxies of the kit's chain. */
function startProxies({ chain }: Kit, count = 8): Map<AccountId, ProxyService> {
  const services = new Map<AccountId, ProxyService>()
  for (let n = 1; n <= count; n++) {
    const pair = minerPair(n)
    const account = accountOf(pair)
    chain.submit(pair, chain.tx.Reencryption.register_proxy({ sealKey: sealKey(n).publicKey }))
    const service = createProxyService({
      chain: {
        genesis: fromHex(GENESIS),
        async final() {
          const { query } = await chain.finalized()
          return {
            number: chain.finalizedNumber(),
            grant: (id) => query.Reencryption.Grants(id),
            commitments: (id, proxy) => query.Reencryption.Commitments(id, proxy),
            sealed: (id, proxy) => query.Reencryption.Sealed(id, proxy),
            epoch: (owner, file) => query.Reencryption.FileEpoch(owner, file),
            audit: () => query.Reencryption.OpenAudit(),
          }
        },
        acknowledge: async (grant) =>
          void chain.submit(pair, chain.tx.Reencryption.acknowledge({ grant })),
        answerAudit: async (share) =>
          void chain.submit(pair, chain.tx.Reencryption.answer_audit({ share })),
      },
      ...{ account, pair, random },
      sealKey: sealKey(n),
      db: new MemoryStore(),
      logger: silentLogger,
    })
    services.set(account, service)
  }
  return services
}

/** The part of a chain client that sharing takes, over the test's chain. */
const clientOf = ({ chain }: Kit) =>
  ({
    tx: chain.tx,
    genesisHash: GENESIS,
    finalized: chain.finalized,
    finalizedHead: async () => ({ number: chain.finalizedNumber() }),
    async submit(
      pair: Parameters<typeof chain.submit>[0],
      call: Parameters<typeof chain.submit>[1],
    ) {
      const block = chain.submit(pair, call)
      return { block, events: chain.eventsOf(block) }
    },
  }) as never

/** A file of Dave's in storage, and eight miners that are proxies. */
export async function world(size = 100_000) {
  const kit = startKit()
  const bytes = content(size)
  const stored = putFile(bytesSource(bytes), {
    account: DAVE,
    gateway: kit.client,
    ...{ clock: kit.clock, random: kit.random, name: 'plan.pdf' },
  })
  const { fid } = await inTime(kit.clock, stored)
  await kit.chain.deliver(fid)
  const proxies = startProxies(kit)
  const chain = clientOf(kit)
  const access = { gateway: kit.client, clock: kit.clock }
  const header = await inTime(kit.clock, readHeader(fid, access))
  const files = [{ fid, header }]
  const owner = { account: DAVE, random, files }
  const share = (more = {}) =>
    shareFiles(chain, {
      ...owner,
      grantee: EVE.id,
      expiry: kit.chain.finalizedNumber() + 500,
      fee: 5n * FEE,
      ...more,
    })
  const takeAll = async (grant: number): Promise<void> => {
    for (const service of proxies.values()) await service.take(grant)
  }
  const ask = (proxy: AccountId, request: ShareRequest) => proxies.get(proxy)!.answer(request)
  const open = (grant: number, more = {}) =>
    openShared(chain, { account: EVE, grant, fid, header, ask, ...more })
  async function read(id: FileId, capsuleKey: Uint8Array): Promise<Uint8Array> {
    const parts: Uint8Array[] = []
    const got = getFile(id, (piece) => void parts.push(piece.slice()), {
      ...access,
      account: EVE,
      capsuleKey,
    })
    await inTime(kit.clock, got)
    return new Uint8Array(Buffer.concat(parts))
  }
  const contextIn = (grant: number): Uint8Array =>
    contextOf({
      ...{ genesis: fromHex(GENESIS), grant, epoch: 0, threshold: 3 },
      file: Uint8Array.fromHex(fid),
    })
  return {
    kit,
    bytes,
    fid,
    proxies,
    chain,
    header,
    owner,
    share,
    takeAll,
    ask,
    open,
    read,
    contextIn,
  }
}
