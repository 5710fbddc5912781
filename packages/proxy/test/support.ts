import { type AccountId, type FileId, toHex } from '@cess/bytes'
import { keyFromUri } from '@cess/crypto'
import { MemoryStore, SeededRandom, silentLogger } from '@cess/ports'
import {
  accountKey,
  type Capsule,
  contextOf,
  delegate,
  encapsulate,
  type KeyFragment,
  publicKeyOf,
  type Share,
  sealFragments,
} from '@cess/reencryption'
import {
  type ChainGrant,
  createProxyService,
  type FinalState,
  requestMessage,
  type ShareRequest,
  sealPurpose,
} from '../src/index.ts'

export const random = new SeededRandom(40)
export const GENESIS = new Uint8Array(32).fill(4)
export const FILE = 'ab'.repeat(32) as FileId
export const BOB = keyFromUri('//Bob', 'sr25519')
export const EVE = keyFromUri('//Eve', 'sr25519')
export const GRANT = 3
const OWNER = toHex(keyFromUri('//Alice', 'sr25519').publicKey) as AccountId
const fileKey = accountKey(keyFromUri('//file', 'sr25519'))

export const proxyPair = (n: number) => keyFromUri(`//proxy//${n}`, 'sr25519')
export const proxyId = (n: number): AccountId => toHex(proxyPair(n).publicKey) as AccountId
const sealKeyOf = (n: number) => accountKey(keyFromUri(`//seal//${n}`, 'sr25519'))

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** A chain with one grant of 2 of 3 proxies that are committed, and whatever a test makes of it. */
export function network(more: Partial<ChainGrant> = {}, [threshold, count] = [2, 3]) {
  const { key, capsule } = encapsulate(fileKey.publicKey, random)
  const terms = { genesis: GENESIS, grant: GRANT, epoch: 0, threshold }
  const made = delegate({
    delegating: fileKey,
    grantee: BOB.publicKey,
    context: contextOf({ ...terms, file: Uint8Array.fromHex(FILE) }),
    threshold,
    fragments: count,
    random,
  })
  const grant: Writable<ChainGrant> = {
    owner: OWNER,
    grantee: BOB.publicKey,
    files: [
      {
        file: FILE,
        epoch: 0,
        delegator: fileKey.publicKey,
        precursor: made.delegation.precursor,
      },
    ],
    threshold,
    places: Array.from({ length: count }, (_, n) => n).map((n) => ({
      proxy: proxyId(n),
      state: 'Committed' as const,
    })),
    status: 'Active',
    expiry: 1_000,
    uses: undefined,
    ...more,
  }
  const seal = (
    n: number,
    fragments: readonly KeyFragment[],
    purpose = sealPurpose(GRANT, proxyId(n)),
  ) => sealFragments(sealKeyOf(n).publicKey, purpose, fragments, random)
  const sealed = new Map(made.fragments.map((one, n) => [proxyId(n), seal(n, [one])]))
  const commitments = new Map(made.fragments.map((one, n) => [proxyId(n), [one]]))
  const world = {
    grant: grant as Writable<ChainGrant> | undefined,
    number: 100,
    epoch: 0,
    audit: undefined as { grant: number; seed: Uint8Array } | undefined,
    acknowledged: [] as AccountId[],
    audited: [] as Share[],
  }
  const stateOf = (): FinalState => ({
    number: world.number,
    grant: async (id) => (id === GRANT ? world.grant : undefined),
    commitments: async (_, proxy) => commitments.get(proxy),
    sealed: async (_, proxy) => sealed.get(proxy),
    epoch: async () => world.epoch,
    audit: async () => world.audit,
  })

  /** A proxy, with what it had on disk. */
  function proxy(n: number, db = new MemoryStore()) {
    const service = createProxyService({
      chain: {
        genesis: GENESIS,
        final: async () => stateOf(),
        async acknowledge() {
          world.acknowledged.push(proxyId(n))
          grant.places = grant.places.map((place) =>
            place.proxy === proxyId(n) ? { ...place, state: 'Serving' } : place,
          )
        },
        answerAudit: async (share) => void world.audited.push(share),
      },
      account: proxyId(n),
      pair: proxyPair(n),
      sealKey: sealKeyOf(n),
      db,
      random,
      logger: silentLogger,
    })
    return { service, db }
  }
  return { world, grant, key, capsule, made, sealed, commitments, seal, proxy }
}

/** A request as Bob signs it for a proxy. */
export function requestTo(
  n: number,
  capsule: Capsule,
  { signer = BOB, block = 100, grant = GRANT, file = 0 } = {},
): ShareRequest {
  const base = { grant, file, block }
  return {
    ...base,
    capsule,
    signature: signer.sign(requestMessage(GENESIS, proxyId(n), base, capsule)),
  }
}

export const strangerCapsule = (): Capsule =>
  encapsulate(publicKeyOf(accountKey(EVE).secret), random).capsule
