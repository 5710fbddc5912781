import { type AccountId, fromUtf8, utf8 } from '@cess/bytes'
import { fragmentSize, segmentLengths } from '@cess/primitives'
import {
  CallFailed,
  type ChainClient,
  type ChainView,
  proxyStateOf,
  runtime,
  SdkError,
} from '@cess/sdk'
import {
  ChainRefusal,
  type ChainState,
  type MinerCall,
  type MinerChain,
  type Placement,
} from './port.ts'

/** What the miner needs of the SDK's client. */
export type ClientPart = Pick<
  ChainClient,
  'genesisHash' | 'tx' | 'best' | 'finalized' | 'follow' | 'events' | 'submit'
>

/** The chain as a miner sees it, through the SDK's client. */
export function minerChain(client: ClientPart): MinerChain {
  return {
    genesisHash: client.genesisHash,
    collateralPerTib: collateralPerTib(),
    best: async () => stateOf(await client.best()),
    finalized: async () => stateOf(await client.finalized()),
    sharing: async () => proxyStateOf(await client.finalized()),
    follow: (listener) =>
      client.follow(async ({ hash, number }) =>
        listener({ number, events: await client.events(hash) }),
      ),
    async submit(pair, call) {
      try {
        const { block, events } = await client.submit(pair, callOf(client.tx, call), {
          until: 'inBlock',
        })
        return { number: block.number, events }
      } catch (error) {
        if (error instanceof CallFailed) throw new ChainRefusal(error.message, error.error, error)
        if (error instanceof SdkError) throw new ChainRefusal(error.message, undefined, error)
        throw error
      }
    },
  }
}

/** A constant of the chain's code, the same for every network. */
function collateralPerTib(): bigint {
  const sminer = runtime.bound.find(({ def }) => def.name === 'Sminer')
  const value: unknown = sminer?.def.constants?.['CollateralPerTib']?.value
  if (typeof value !== 'bigint') throw new TypeError('the runtime does not say its collateral')
  return value
}

async function stateOf(view: ChainView): Promise<ChainState> {
  const { FileBank, Sminer, Audit, System } = view.query
  const columnAt = async (fileId: Parameters<typeof FileBank.Column>[0], index: number) =>
    FileBank.Column(fileId, index - 1)
  return {
    number: await System.Number(),
    async placement(fileId): Promise<Placement | undefined> {
      const [deal, assignment] = await Promise.all([
        FileBank.DealMap(fileId),
        FileBank.DealAssignment(fileId),
      ])
      if (deal && assignment) {
        const sizes = segmentLengths(Number(deal.fileSize)).map(fragmentSize)
        return {
          stage: 'deal',
          miners: assignment.miners,
          operator: assignment.operator,
          owner: deal.user.user,
          segments: deal.segmentList.map((s, i) => ({
            fragments: s.fragmentList,
            size: sizes[i] ?? 0,
          })),
        }
      }
      const [file, operator] = await Promise.all([FileBank.File(fileId), FileBank.Operator(fileId)])
      const [first] = file?.segmentList ?? []
      const [owner] = file?.owner ?? []
      if (!file || !first || !owner) return undefined
      const sizes = segmentLengths(Number(file.fileSize)).map(fragmentSize)
      return {
        stage: 'file',
        miners: first.fragmentList.map((f) => f.miner),
        operator,
        owner: owner.user,
        segments: file.segmentList.map((s, i) => ({
          fragments: s.fragmentList.map((f) => f.hash),
          size: sizes[i] ?? 0,
        })),
      }
    },
    async assigns({ fileId, index }, miner) {
      const [stored, assignment] = await Promise.all([
        columnAt(fileId, index),
        FileBank.DealAssignment(fileId),
      ])
      return stored?.miner === miner || assignment?.miners[index - 1] === miner
    },
    async column({ fileId, index }) {
      const found = await columnAt(fileId, index)
      return found && { miner: found.miner, tagger: found.tagger }
    },
    async *columnsOf(miner) {
      for await (const [, { file, index }] of FileBank.MinerColumn.entries(miner))
        yield { fileId: file, index: index + 1 }
    },
    challenge: (miner) => Audit.ChallengeSnapShot(miner),
    tagger: (index) => Audit.Taggers(index),
    taggerOf: (account) => Audit.TaggerOf(account),
    async registration(miner) {
      const m = await Sminer.MinerItems(miner)
      return (
        m && {
          beneficiary: m.beneficiary,
          stakingAccount: m.stakingAccount,
          peerId: m.peerId,
          state: m.state,
          collateral: m.collaterals,
          debt: m.debt,
          declared: m.declarationSpace,
          idle: m.idleSpace,
          service: m.serviceSpace,
          locked: m.lockSpace,
        }
      )
    },
    async endpoint(miner) {
      const raw = await Sminer.Endpoint(miner)
      return raw && fromUtf8(raw)
    },
    balance: async (account: AccountId) => (await System.Account(account)).data.free,
    lastAudit: (miner) => Audit.LastAudit(miner),
    async claimable(miner) {
      const era = await Sminer.ClosedEra()
      for await (const [[, proven]] of Sminer.EraPower.entries(miner)) if (proven < era) return true
      return false
    },
    rewards: async (miner) => (await Sminer.RewardMap(miner)).rewardIssued,
    unlockBlock: (miner) => Sminer.MinerLock(miner),
  }
}

function callOf(tx: ChainClient['tx'], call: MinerCall) {
  switch (call.type) {
    case 'register':
      return tx.Sminer.regnstk({
        beneficiary: call.beneficiary,
        peerId: call.peerId,
        stakingVal: call.collateral,
        tibCount: call.tib,
      })
    case 'setEndpoint':
      return tx.Sminer.set_endpoint({ endpoint: utf8(call.endpoint) })
    case 'setPeerId':
      return tx.Sminer.update_peer_id({ peerId: call.peerId })
    case 'confirmTags':
      return tx.FileBank.confirm_tags({
        tagger: call.tagger,
        files: call.columns.map(({ fileId, index }) => ({ fileHash: fileId, index })),
      })
    case 'submitProof':
      return tx.Audit.submit_service_proof({ serviceProve: call.proof })
    case 'claim':
      return tx.Sminer.receive_reward({})
    case 'addCollateral':
      return tx.Sminer.increase_collateral({ miner: call.miner, collaterals: call.amount })
    case 'prepareExit':
      return tx.Sminer.miner_exit_prep({ miner: call.miner })
    case 'withdraw':
      return tx.Sminer.miner_withdraw({})
    case 'registerProxy':
      return tx.Reencryption.register_proxy({ sealKey: call.sealKey })
    case 'setSealKey':
      return tx.Reencryption.set_seal_key({ sealKey: call.sealKey })
    case 'acknowledge':
      return tx.Reencryption.acknowledge({ grant: call.grant })
    case 'answerAudit':
      return tx.Reencryption.answer_audit({ share: call.share })
  }
}
