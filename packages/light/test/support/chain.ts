import {
  type AccountId,
  concat,
  type FileId,
  type Hash,
  toHex,
  u32le,
  utf8,
  ZERO_HASH,
} from '@cess/bytes'
import { blake2b256, ed25519FromSeed, type KeyPair, twox64 } from '@cess/crypto'
import { type WorkInfo, workInfo } from '@cess/pallets/rights'
import {
  digestItem,
  GRANDPA_ENGINE,
  grandpaAuthorities,
  grandpaConsensusLog,
  grandpaJustification,
  grandpaSigned,
  type Header,
  hash256,
  header as headerCodec,
  headerHash,
  type StateKey,
} from '@cess/primitives'
import { bytes, encode, struct, u64, vec } from '@cess/scale'
import {
  buildTrie,
  generateProof,
  linkTo,
  newNodes,
  rootHash,
  sourceByHash,
  storedBytes,
} from '@cess/trie'
import { authoritiesKey, itemKey, type ProofSource } from '../../src/index.ts'
import { keyText } from '../../src/keys.ts'

export const KEY = itemKey('Mdrc', 'Works')
export const ABSENT = itemKey('Mdrc', 'Nothing')
/** Validators of each set: the second and third have new keys. */
const pairs = (from: number): KeyPair[] =>
  [0, 1, 2, 3].map((i) => ed25519FromSeed(new Uint8Array(32).fill(from + i)))
export const SETS = [pairs(1), pairs(11), pairs(21)] as const
const listOf = (set: readonly KeyPair[]) => set.map(({ publicKey }) => [publicKey, 1n] as const)

function stateOf(entries: readonly (readonly [Uint8Array, Uint8Array])[]) {
  const root = buildTrie(
    entries.map(([key, value]) => [keyText(key), value] as [StateKey, Uint8Array]),
    1,
  )
  const stored = new Map<string, Uint8Array>()
  for (const made of newNodes(root)) {
    const raw = storedBytes(made)
    stored.set(blake2b256(raw).toHex(), raw)
  }
  const hash = rootHash(root)
  const source = sourceByHash((at) => stored.get(at.toHex()))
  return {
    root: toHex(hash) as Hash,
    proof: (keys: readonly Uint8Array[]) =>
      generateProof(source, linkTo(hash), keys.map(keyText)).map(toHex),
  }
}

interface Block {
  readonly header: Header
  readonly hash: Hash
  readonly set: number
  readonly state: ReturnType<typeof stateOf>
}

/** Votes of a set for a block. */
export function justify(
  block: Pick<Block, 'header' | 'hash'>,
  set: number,
  voters: readonly KeyPair[] = SETS[set]!,
  setId = BigInt(set),
): string {
  const target = { targetHash: block.hash, targetNumber: block.header.number }
  const signed = encode(grandpaSigned, {
    message: { type: 'Precommit', value: target },
    round: 5n,
    setId,
  })
  const precommits = voters.map((voter) => ({
    ...target,
    signature: voter.sign(signed),
    id: voter.publicKey,
  }))
  return toHex(
    encode(grandpaJustification, { round: 5n, ...target, precommits, votesAncestries: [] }),
  )
}
export const wireOf = ({ header }: Pick<Block, 'header'>): string =>
  toHex(encode(headerCodec, header))

export const changeLog = (set: number, delay = 0) =>
  ({
    type: 'Consensus',
    value: [
      GRANDPA_ENGINE,
      encode(grandpaConsensusLog, {
        type: 'ScheduledChange',
        value: { nextAuthorities: listOf(SETS[set]!), delay },
      }),
    ],
  }) as const

/** The work that the last block holds under number 3, and when that was. */
export const WORK: WorkInfo = {
  ...{ creator: toHex(SETS[0][0]!.publicKey) as AccountId, title: utf8('<b>Harbour</b> at night') },
  fingerprint: {
    type: 'Public',
    value: {
      meta: new Uint8Array(8).fill(1),
      content: { kind: 'Image', body: new Uint8Array(32).fill(2) },
      data: new Uint8Array(32).fill(3),
      instance: new Uint8Array(32).fill(4),
    },
  },
  ...{
    file: 'ab'.repeat(32) as FileId,
    parents: [],
    consent: 1,
    metadata: undefined,
    c2pa: undefined,
  },
  owners: [{ account: toHex(SETS[0][1]!.publicKey) as AccountId, bps: 10_000 }],
  ...{ committed: 5, claimed: 6, status: 'Confirmed', until: 9, dispute: undefined, deposit: 0n },
}
export const TIME = 1_790_000_000_000n
const workKey = concat(itemKey('Mdrc', 'Works'), twox64(u32le(3)), u32le(3))

/** Ten blocks of which the fourth and the seventh change who finalizes. `value` is what KEY holds at the end. */
export function testChain(value = 'a work', { delay = 0, name = 'main' } = {}) {
  const blocks: Block[] = []
  let set = 0
  for (let number = 0; number <= 10; number++) {
    const filler = Array.from(
      { length: 40 },
      (_, i) => [utf8(`filler ${i}`), utf8(`${i}`)] as const,
    )
    const entries = [
      [authoritiesKey(), encode(grandpaAuthorities, listOf(SETS[set]!))] as const,
      [KEY, utf8(number === 10 ? value : 'before')] as const,
      [workKey, encode(workInfo, WORK)] as const,
      [itemKey('Timestamp', 'Now'), encode(u64, TIME)] as const,
      ...filler,
    ]
    const changes = number === 4 || number === 7
    const logs = changes ? [changeLog(set + 1, delay)] : []
    const state = stateOf(entries)
    const header: Header = {
      parentHash: blocks.at(-1)?.hash ?? ZERO_HASH,
      number,
      stateRoot: state.root,
      extrinsicsRoot: toHex(blake2b256(utf8(name))) as Hash,
      digest: { logs },
    }
    blocks.push({ header, hash: headerHash(header), set, state })
    if (changes) set++
  }
  return blocks
}
export type TestChain = ReturnType<typeof testChain>

/** The set id that the runtime names after a block: it counts as soon as a change is announced. */
const idAfter = (number: number): bigint => BigInt(Number(number >= 4) + Number(number >= 7))
const finalityProof = struct('', {
  block: hash256,
  justification: bytes,
  unknownHeaders: vec(headerCodec),
})

/** A node's JSON-RPC over that chain. */
export function sourceOf(
  blocks: TestChain,
  at = 10,
  { pruned = false } = {},
): ProofSource & { readonly asked: string[] } {
  const asked: string[] = []
  const byHash = (hash: unknown) => blocks.find((block) => block.hash === hash)!
  return {
    asked,
    justification: async () => justify(blocks[at]!, blocks[at]!.set),
    async request(method, params) {
      asked.push(method)
      if (method === 'chain_getBlockHash') return blocks[params[0] as number]?.hash ?? null
      if (method === 'chain_getHeader') {
        const { header } = byHash(params[0])
        const logs = header.digest.logs.map((log) => toHex(encode(digestItem, log)))
        return { ...header, number: `0x${header.number.toString(16)}`, digest: { logs } }
      }
      const old = method === 'state_call' && byHash(params[2]).header.number < at - 1
      if (old && pruned) throw new Error('State already discarded')
      if (method === 'state_call')
        return toHex(encode(u64, idAfter(byHash(params[2]).header.number)))
      if (method === 'state_getReadProof') {
        const keys = (params[0] as string[]).map((key) => Uint8Array.fromHex(key.slice(2)))
        return { at: params[1], proof: byHash(params[1]).state.proof(keys) }
      }
      const from = params[0] as number
      // Nodes keep the votes for blocks that change the validators, and few others.
      const kept = [4, 7, 10].find((number) => number >= from)!
      const block = blocks[kept]!
      const justification = Uint8Array.fromHex(justify(block, block.set).slice(2))
      const unknownHeaders = blocks.slice(from + 1, kept + 1).map(({ header }) => header)
      return toHex(encode(finalityProof, { block: block.hash, justification, unknownHeaders }))
    },
  }
}
