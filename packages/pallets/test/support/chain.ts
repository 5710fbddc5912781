import { type AccountId, type Hash, toHex, u32le, utf8 } from '@cess/bytes'
import { blake2b256, type Sr25519Pair, sr25519FromSeed, verifySignature } from '@cess/crypto'
import {
  buildGenesis,
  defineRuntime,
  type RuntimeCall,
  signed,
  slot,
  stateCell,
  system as systemPallet,
  txOf,
} from '@cess/frame'
import { testKit } from '@cess/frame/testing'
import { memoryState } from '@cess/state'
import {
  audit as auditPallet,
  babe as babePallet,
  balances as balancesPallet,
  cessTreasury as cessTreasuryPallet,
  fileBank as fileBankPallet,
  mdrc as mdrcPallet,
  oss as ossPallet,
  reencryption as reencryptionPallet,
  sminer as sminerPallet,
  storageHandler as storageHandlerPallet,
  sudo as sudoPallet,
  treasury as treasuryPallet,
  utility as utilityPallet,
} from '../../src/index.ts'
import type { StorageOf } from '../../src/parts.ts'

export const TOKEN = 10n ** 18n
export const GIB = 1n << 30n
export const TIB = 1n << 40n
export const ED = TOKEN / 1_000n
/** A day of the test chain, and the other times, in blocks. */
export const DAY = 10
export const GRACE = 2 * DAY
export const ERA = 24
export const ROUND = 8
export const ANSWER = 4
export const DEAL = { base: 40, perSegment: 2 } as const
export const EXIT_LOCK = 30
export const COLLATERAL = 4_000n * TOKEN
export const PRICE = 30n * TOKEN
export const FAUCET = 100n * TOKEN
/** Times and prices of shared files. */
export const BOND = 1_000n * TOKEN
export const MIN_RATE = TOKEN / 1_000n
export const READY = 6
export const KEPT = 30
export const GRANT_AUDITS = { auditBlocks: 10, answerBlocks: 4 } as const
/** Deposits and times of claims of rights. */
export const RIGHTS = {
  commitDeposit: TOKEN,
  claimDeposit: 10n * TOKEN,
  challengeBond: 100n * TOKEN,
  jurorBond: 1_000n * TOKEN,
  windowBlocks: 20,
  stageBlocks: 5,
  accessBlocks: 15,
} as const
export const GENESIS_HASH = toHex(new Uint8Array(32).fill(7)) as Hash
const ENDOWMENT = 1_000_000_000n * TOKEN

const pairs = new Map<string, Sr25519Pair>()
/** The key of a name, always the same. */
export function keyOf(name: string): Sr25519Pair {
  let pair = pairs.get(name)
  if (!pair) {
    pair = sr25519FromSeed(blake2b256(utf8(name)))
    pairs.set(name, pair)
  }
  return pair
}
export const idOf = (name: string): AccountId => toHex(keyOf(name).publicKey) as AccountId
export const by = (name: string) => signed(idOf(name))
export const minerName = (n: number): string => `miner ${n}`

const unlimited = { refTime: 10n ** 15n, proofSize: 10n ** 15n }
const perClass = {
  baseExtrinsic: { refTime: 100n, proofSize: 0n },
  maxExtrinsic: unlimited,
  maxTotal: unlimited,
  reserved: undefined,
}

/** All pallets but those of consensus, over a state in memory, with a few rich accounts and fast times. */
export function testChain({
  frozenDays = GRACE / DAY,
  answerBlocks = 1_000_000,
}: {
  readonly frozenDays?: number
  /** By default nobody has to answer a challenge. */
  readonly answerBlocks?: number
} = {}) {
  const cell = stateCell()
  const call = slot<RuntimeCall>('Call')
  const event = slot<unknown>('Event')
  const version = {
    specName: 'test',
    implName: 'test',
    authoringVersion: 1,
    specVersion: 1,
    implVersion: 1,
    apis: [],
    transactionVersion: 1,
    stateVersion: 1,
  }
  const verifier = { verify: verifySignature }
  const system = systemPallet({
    version,
    ss58Prefix: 42,
    blockHashCount: 100,
    weights: {
      baseBlock: { refTime: 0n, proofSize: 0n },
      maxBlock: unlimited,
      perClass: { normal: perClass, operational: perClass, mandatory: perClass },
    },
    length: { max: { normal: 5 << 20, operational: 5 << 20, mandatory: 5 << 20 } },
    event,
    raw: cell.current,
  })
  const babe = babePallet({ system, epochDuration: 100n, slotDuration: 6000n, maxAuthorities: 10 })
  const balances = balancesPallet({ system, existentialDeposit: ED })
  const treasury = treasuryPallet({ balances })
  const cessTreasury = cessTreasuryPallet({
    system,
    balances,
    eraBlocks: ERA,
    eraReward: 1_000n * TOKEN,
  })
  const oss = ossPallet({ system, verifier })
  const sminer = sminerPallet({
    system,
    balances,
    treasury: cessTreasury,
    collateralPerTib: COLLATERAL,
    exitLockBlocks: EXIT_LOCK,
    faucetAmount: FAUCET,
    faucetPeriod: DAY,
    forget: (miner) => runtime.use(audit).forget(miner),
  })
  const storageHandler = storageHandlerPallet({
    system,
    balances,
    treasury: cessTreasury,
    blocksPerDay: DAY,
    frozenDays,
  })
  const fileBank = fileBankPallet({
    system,
    babe,
    sminer,
    storageHandler,
    oss,
    verifier,
    taggerOwner: (tagger) => runtime.use(audit).taggerOwner(tagger),
    released: (miner, fragmentIds) => runtime.use(audit).released(miner, fragmentIds),
    dealBlocks: DEAL,
  })
  const audit = auditPallet({
    system,
    babe,
    sminer,
    fileBank,
    roundBlocks: ROUND,
    answerBlocks,
  })
  const reencryption = reencryptionPallet({
    system,
    babe,
    balances,
    treasury: cessTreasury,
    fileBank,
    verifier,
    operatorOf: (who) => {
      const { registry } = runtime.use(sminer)
      if (registry.inService(who)) return registry.info(who).stakingAccount
      return runtime.use(oss).registered(who) ? who : undefined
    },
    bond: BOND,
    minRate: MIN_RATE,
    readyBlocks: READY,
    keptBlocks: KEPT,
    longest: 1_000,
    ...GRANT_AUDITS,
    isSold: (grant) => runtime.use(mdrc).licences.isSold(grant),
    activated: (grant) => runtime.use(mdrc).licences.accessGiven(grant),
  })
  const mdrc = mdrcPallet({
    ...{ system, babe, balances, treasury: cessTreasury, fileBank, reencryption },
    ...RIGHTS,
    blocksPerDay: DAY,
    longestGrant: 200,
  })
  const pallets = {
    System: system,
    Utility: utilityPallet({ call }),
    Babe: babe,
    Balances: balances,
    Treasury: treasury,
    Sudo: sudoPallet({ call }),
    CessTreasury: cessTreasury,
    FileBank: fileBank,
    Sminer: sminer,
    Audit: audit,
    StorageHandler: storageHandler,
    Oss: oss,
    Reencryption: reencryption,
    Mdrc: mdrc,
  }
  const runtime = defineRuntime({
    version,
    cell,
    system,
    call,
    event,
    verifier,
    blockHashCount: 100,
    extensions: () => [],
    pallets,
  })
  const state = memoryState()
  const rich = ['alice', 'bob', 'charlie', 'mallory', 'gateway', 'dave', 'eve']
  const miners = Array.from({ length: 40 }, (_, i) => minerName(i))
  buildGenesis(
    runtime,
    {
      Balances: { balances: [...rich, ...miners].map((name) => [idOf(name), ENDOWMENT] as const) },
      Babe: { authorities: [], c: [1n, 4n], allowedSlots: 'PrimaryAndSecondaryVRFSlots' },
      Sudo: { key: idOf('alice') },
      CessTreasury: { rewardPot: 1_000_000n * TOKEN },
      StorageHandler: { unitPrice: PRICE },
      Sminer: { faucet: 100_000n * TOKEN },
    },
    state,
  )
  const kit = testKit(runtime, state)
  const use = runtime.use(system)
  kit.run(() => use.storage.BlockHash.put(0, GENESIS_HASH))
  const storage = Object.fromEntries(
    runtime.bound.map(({ def, ctx }) => [def.name, ctx.storage]),
  ) as { readonly [N in keyof typeof pallets]: StorageOf<(typeof pallets)[N]['storage']> }

  /** Goes on by blocks, each with randomness of its own. */
  function blocks(times = 1): void {
    for (let i = 0; i < times; i++) {
      kit.run(() => {
        const number = use.number()
        use.storage.ParentHash.put(toHex(blake2b256(u32le(number))) as Hash)
      })
      kit.nextBlock()
      kit.run(() => {
        for (const { def, ctx } of runtime.bound)
          if (def.name === 'Reencryption' || def.name === 'Mdrc')
            def.hooks?.onIdle?.(ctx, use.number(), unlimited)
      })
    }
  }
  blocks()
  const api = {
    system: use,
    balances: runtime.use(balances),
    treasury: runtime.use(treasury),
    cessTreasury: runtime.use(cessTreasury),
    sminer: runtime.use(sminer),
    storageHandler: runtime.use(storageHandler),
    fileBank: runtime.use(fileBank),
    audit: runtime.use(audit),
    babe: runtime.use(babe),
  }
  return {
    ...kit,
    kit,
    blocks,
    runtime,
    state,
    api,
    pallets,
    storage,
    tx: txOf(pallets),
    number: (): number => kit.run(() => use.number()),
    free: (name: string): bigint => kit.run(() => api.balances.free(idOf(name))),
    reserved: (name: string): bigint => kit.run(() => api.balances.reserved(idOf(name))),
    issuance: (): bigint => kit.run(() => api.balances.issuance()),
  }
}
export type TestChain = ReturnType<typeof testChain>
