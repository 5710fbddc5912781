import {
  createRuntimeHost,
  defineRuntime,
  type RuntimeCall,
  type SignatureJob,
  slot,
  stateCell,
  systemExtensions,
  system as systemPallet,
  type Verifier,
} from '@cess/frame'
import {
  audit as auditPallet,
  authorship as authorshipPallet,
  babe as babePallet,
  balances as balancesPallet,
  cessTreasury as cessTreasuryPallet,
  chargeTransactionPayment,
  fileBank as fileBankPallet,
  grandpa as grandpaPallet,
  mdrc as mdrcPallet,
  oss as ossPallet,
  reencryption as reencryptionPallet,
  session as sessionPallet,
  sminer as sminerPallet,
  storageHandler as storageHandlerPallet,
  sudo as sudoPallet,
  timestamp as timestampPallet,
  transactionPaymentApis,
  transactionPayment as transactionPaymentPallet,
  treasury as treasuryPallet,
  utility as utilityPallet,
} from '@cess/pallets'
import { type RuntimeConfig, SS58_PREFIX, TOKEN } from './config.ts'
import { LENGTH_LIMITS, weightLimits } from './limits.ts'
import { VERSION } from './version.ts'

/** Block hashes that stay known; no transaction lives longer. */
const BLOCK_HASH_COUNT = 4096
const EXISTENTIAL_DEPOSIT = TOKEN / 1_000n
const COLLATERAL_PER_TIB = 4_000n * TOKEN
const ERA_REWARD = 100_000n * TOKEN
/** What a proxy puts up, and gets at least in a day of a grant. */
const PROXY_BOND = 1_000n * TOKEN
const PROXY_DAY = TOKEN / 10n
/** What a commitment to a claim of rights puts up; claims, disputes and jurors a multiple of it. */
const RIGHTS_DEPOSIT = TOKEN

/** What a runtime needs from the program around it. */
export interface RuntimeDeps {
  readonly verifier: Verifier
  /** Verifies signatures ahead, in other threads. */
  readonly prime?: (jobs: readonly SignatureJob[]) => Promise<void>
}

/** Assembles the chain's runtime: all pallets, the extensions of its transactions, and the host that the node calls. */
export function createRuntime(config: RuntimeConfig, { verifier, prime }: RuntimeDeps) {
  const cell = stateCell()
  const call = slot<RuntimeCall>('Call')
  const event = slot<unknown>('Event')
  const blocksPerDay = Math.floor(86_400_000 / config.slotDuration)

  const system = systemPallet({
    version: VERSION,
    ss58Prefix: SS58_PREFIX,
    blockHashCount: BLOCK_HASH_COUNT,
    weights: weightLimits(config.slotDuration),
    length: LENGTH_LIMITS,
    event,
    raw: cell.current,
  })
  const babe = babePallet({
    system,
    epochDuration: BigInt(config.epochSlots),
    slotDuration: BigInt(config.slotDuration),
    maxAuthorities: 1_000,
  })
  const balances = balancesPallet({ system, existentialDeposit: EXISTENTIAL_DEPOSIT })
  const grandpa = grandpaPallet({ system })
  const session = sessionPallet({ system, babe, grandpa })
  const authorship = authorshipPallet({ find: session })
  const treasury = treasuryPallet({ balances })
  const payment = transactionPaymentPallet({ system, balances, treasury, authorship })
  const cessTreasury = cessTreasuryPallet({
    system,
    balances,
    eraBlocks: config.eraBlocks,
    eraReward: ERA_REWARD,
  })
  const oss = ossPallet({ system, verifier })
  const sminer = sminerPallet({
    system,
    balances,
    treasury: cessTreasury,
    collateralPerTib: COLLATERAL_PER_TIB,
    exitLockBlocks: config.exitLockBlocks,
    faucetAmount: BigInt(config.faucetTokens) * TOKEN,
    faucetPeriod: blocksPerDay,
    forget: (miner) => runtime.use(audit).forget(miner),
  })
  const storageHandler = storageHandlerPallet({
    system,
    balances,
    treasury: cessTreasury,
    blocksPerDay,
    frozenDays: config.frozenDays,
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
    dealBlocks: config.dealBlocks,
  })
  const audit = auditPallet({
    system,
    babe,
    sminer,
    fileBank,
    roundBlocks: config.roundBlocks,
    answerBlocks: config.answerBlocks,
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
    bond: PROXY_BOND,
    minRate: PROXY_DAY / BigInt(blocksPerDay),
    readyBlocks: 2 * config.answerBlocks,
    keptBlocks: blocksPerDay,
    longest: 366 * blocksPerDay,
    auditBlocks: config.roundBlocks,
    answerBlocks: config.answerBlocks,
    isSold: (grant) => runtime.use(mdrc).licences.isSold(grant),
    activated: (grant) => runtime.use(mdrc).licences.accessGiven(grant),
  })
  const mdrc = mdrcPallet({
    system,
    babe,
    balances,
    treasury: cessTreasury,
    fileBank,
    reencryption,
    commitDeposit: RIGHTS_DEPOSIT,
    claimDeposit: 10n * RIGHTS_DEPOSIT,
    challengeBond: 100n * RIGHTS_DEPOSIT,
    jurorBond: 1_000n * RIGHTS_DEPOSIT,
    windowBlocks: config.challengeBlocks,
    stageBlocks: config.disputeBlocks,
    accessBlocks: 20 * config.answerBlocks,
    blocksPerDay,
    longestGrant: 366 * blocksPerDay,
  })

  // Hooks run in this order: Babe reads the slot before Session looks whether it ends an epoch.
  const runtime = defineRuntime({
    version: VERSION,
    cell,
    system,
    call,
    event,
    verifier,
    blockHashCount: BLOCK_HASH_COUNT,
    extensions: (use) => [
      ...systemExtensions(use(system)),
      chargeTransactionPayment(use(payment), use(system)),
    ],
    pallets: {
      System: system,
      Utility: utilityPallet({ call }),
      Babe: babe,
      Timestamp: timestampPallet({
        minimumPeriod: BigInt(Math.floor(config.slotDuration / 2)),
        listener: babe,
      }),
      Authorship: authorship,
      Balances: balances,
      TransactionPayment: payment,
      Session: session,
      Grandpa: grandpa,
      Treasury: treasury,
      Sudo: sudoPallet({ call }),
      CessTreasury: cessTreasury,
      FileBank: fileBank,
      Sminer: sminer,
      Audit: audit,
      StorageHandler: storageHandler,
      Oss: oss,
      Mdrc: mdrc,
      Reencryption: reencryption,
    },
  })
  const host = createRuntimeHost(runtime, {
    ...(prime && { prime }),
    apis: transactionPaymentApis(runtime, runtime.use(payment)),
  })
  return { runtime, host }
}
export type CessRuntime = ReturnType<typeof createRuntime>['runtime']
export type CessPallets = CessRuntime['pallets']
