import { fromHex, type Hash, toHex } from '@cess/bytes'
import {
  digestItem,
  engineLogs,
  GRANDPA_ENGINE,
  grandpaConsensusLog,
  grandpaJustification,
  type Header,
  hash256,
  header as headerCodec,
  headerHash,
} from '@cess/primitives'
import { bytes, decode, encode, struct, u64, vec } from '@cess/scale'
import { LightError } from './errors.ts'
import { authoritiesKey } from './keys.ts'
import { type ChainProof, MAX_HANDOFFS } from './proof.ts'
import { verifyChainProof } from './verify.ts'

/** What a proof is collected through: the JSON-RPC of any node. What it says is checked. */
export interface ProofSource {
  request(method: string, params: unknown[]): Promise<unknown>
  /** The next message of `grandpa_subscribeJustifications`: seconds on a network that runs. */
  justification(): Promise<string>
}

interface RpcHeader {
  readonly parentHash: Hash
  readonly number: string
  readonly stateRoot: Hash
  readonly extrinsicsRoot: Hash
  readonly digest: { readonly logs: readonly string[] }
}
const finalityProof = struct('', {
  block: hash256,
  justification: bytes,
  unknownHeaders: vec(headerCodec),
})

const unavailable = (what: string, cause?: unknown): LightError =>
  new LightError(
    'UNAVAILABLE',
    `The node has ${what}. Ask one that keeps all blocks, or another one.`,
    cause,
  )

async function headerOf(source: ProofSource, hash: string): Promise<Header> {
  const found = (await source.request('chain_getHeader', [hash])) as RpcHeader | null
  if (!found) throw unavailable(`no header of block ${hash}`)
  const { parentHash, stateRoot, extrinsicsRoot } = found
  const logs = found.digest.logs.map((log) => decode(digestItem, fromHex(log)))
  const number = Number.parseInt(found.number, 16)
  return { parentHash, number, stateRoot, extrinsicsRoot, digest: { logs } }
}
async function hashAt(source: ProofSource, number: number): Promise<string> {
  const hash = await source.request('chain_getBlockHash', [number])
  if (typeof hash !== 'string') throw unavailable(`no block ${number}`)
  return hash
}
async function setIdAt(source: ProofSource, number: number): Promise<bigint> {
  const hash = await hashAt(source, number)
  try {
    const raw = await source.request('state_call', ['GrandpaApi_current_set_id', '0x', hash])
    return decode(u64, fromHex(String(raw)))
  } catch (error) {
    throw unavailable(`no state of block ${number} any more`, error)
  }
}
async function nodesOf(
  source: ProofSource,
  keys: readonly Uint8Array[],
  at: string,
): Promise<string[]> {
  const found = await source.request('state_getReadProof', [keys.map(toHex), at])
  return [...(found as { readonly proof: readonly string[] }).proof]
}

/** Votes for a block from `number` on, the nearest that the node keeps, and the headers up to it. */
async function votesFrom(source: ProofSource, number: number) {
  const raw = await source.request('grandpa_proveFinality', [number])
  return typeof raw === 'string' ? decode(finalityProof, fromHex(raw)) : undefined
}
const announces = ({ digest }: Header): boolean =>
  engineLogs(digest.logs, 'Consensus', GRANDPA_ENGINE).some(
    (log) => decode(grandpaConsensusLog, log).type === 'ScheduledChange',
  )

interface Range {
  readonly low: number
  readonly high: number
}
/** Looks for the change in states, which takes a few questions. */
async function searchStates(source: ProofSource, setId: bigint, range: Range): Promise<number> {
  let { low, high } = range
  while (low < high) {
    const middle = (low + high) >> 1
    if ((await setIdAt(source, middle)) > setId) high = middle
    else low = middle + 1
  }
  return low
}
/** Looks for it in headers, which every node has: all of them, some hundreds at a time. */
async function searchHeaders(source: ProofSource, { low, high }: Range): Promise<number> {
  for (let at = low; at <= high; ) {
    if (announces(await headerOf(source, await hashAt(source, at)))) return at
    const found = await votesFrom(source, at)
    const change = found?.unknownHeaders.find(announces)
    if (change) return change.number
    const last = found?.unknownHeaders.at(-1)?.number ?? at
    if (!found) break
    at = last + 1
  }
  throw unavailable(`no header between ${low} and ${high} that changes the validators`)
}
/** The first block from `low` on whose set is a later one than `setId`: it announces the change. */
const changeAfter = (source: ProofSource, setId: bigint, range: Range): Promise<number> =>
  searchStates(source, setId, range).catch((error: unknown) => {
    // Most nodes keep the states of the last blocks alone.
    if (error instanceof LightError && error.code === 'UNAVAILABLE')
      return searchHeaders(source, range)
    throw error
  })

/** Every change of who finalizes up to a block. A node keeps the votes for each. */
async function handoffsTo(source: ProofSource, end: number): Promise<ChainProof['handoffs']> {
  const last = await setIdAt(source, end)
  if (last > BigInt(MAX_HANDOFFS))
    throw new LightError(
      'TOO_LARGE',
      `The network has changed its validators ${last} times, which is more than a proof may hold.`,
    )
  const handoffs: { header: string; justification: string }[] = []
  let low = 1
  for (let setId = 0n; setId < last; setId++) {
    const number = await changeAfter(source, setId, { low, high: end })
    const hash = await hashAt(source, number)
    const found = await votesFrom(source, number)
    if (found?.block !== hash)
      throw unavailable(`no votes for block ${number}, which changes the validators`)
    const header = toHex(encode(headerCodec, await headerOf(source, hash)))
    handoffs.push({ header, justification: toHex(found.justification) })
    low = number + 1
  }
  return handoffs
}

/**
 * Collects the proof of what keys hold in the next block that becomes final, and checks it before it is given away.
 * A node whose last block changes the validators answers for the one before: whoever asks again gets a later one.
 * @throws LightError UNAVAILABLE, NOT_PROVEN; what the source throws
 */
export async function collectChainProof(
  source: ProofSource,
  keys: readonly Uint8Array[],
): Promise<ChainProof> {
  const genesisHash = await hashAt(source, 0)
  const justification = await source.justification()
  const { targetHash, targetNumber } = decode(grandpaJustification, fromHex(justification))
  const block = await headerOf(source, targetHash)
  const changes =
    (await setIdAt(source, targetNumber)) !== (await setIdAt(source, targetNumber - 1))
  const genesis = await headerOf(source, genesisHash)
  const proof: ChainProof = {
    genesis: toHex(encode(headerCodec, genesis)),
    authorities: await nodesOf(source, [authoritiesKey()], genesisHash),
    // A block that announces a change is itself final by those before.
    handoffs: await handoffsTo(source, changes ? targetNumber - 1 : targetNumber),
    header: toHex(encode(headerCodec, block)),
    justification,
    storage: await nodesOf(source, keys, targetHash),
  }
  verifyChainProof(headerHash(genesis), proof, keys)
  return proof
}
