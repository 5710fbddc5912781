import { type Hash, toHex } from '@cess/bytes'
import { type GrandpaAuthorities, verifyJustification } from '@cess/consensus/justification'
import {
  engineLogs,
  GRANDPA_ENGINE,
  grandpaAuthorities,
  grandpaConsensusLog,
  type Header,
  header as headerCodec,
  headerHash,
} from '@cess/primitives'
import { type Codec, decode } from '@cess/scale'
import { verifyProof } from '@cess/trie'
import { LightError } from './errors.ts'
import { authoritiesKey, keyText } from './keys.ts'
import { type ChainProof, parseProof } from './proof.ts'

/** What is proven of the chain. */
export interface Proven {
  /** The final block whose state was read. */
  readonly number: number
  readonly hash: Hash
  /** How often it has changed who finalizes. */
  readonly setId: bigint
  /** By key as 0x-hex; undefined where the proof shows that there is nothing. */
  readonly values: ReadonlyMap<string, Uint8Array | undefined>
}

const unproven = (why: string, cause?: unknown): LightError =>
  new LightError(
    'NOT_PROVEN',
    `Nothing is proven: ${why}. The file was changed, or made by somebody who lies.`,
    cause,
  )
const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error))

function read<T>(codec: Codec<T>, bytes: Uint8Array, what: string): T {
  try {
    return decode(codec, bytes)
  } catch (error) {
    throw unproven(`${what} does not decode`, error)
  }
}
function proven(
  root: string,
  nodes: readonly Uint8Array[],
  keys: readonly Uint8Array[],
  what: string,
): Map<string, Uint8Array | undefined> {
  try {
    const found = verifyProof(Uint8Array.fromHex(root.slice(2)), nodes, keys.map(keyText))
    return new Map(keys.map((key) => [toHex(key) as string, found.get(keyText(key))]))
  } catch (error) {
    throw unproven(`the state of ${what} is not (${reason(error)})`, error)
  }
}

/** Who finalizes after a header. @throws LightError when it says nothing of that, or something that is not understood */
function nextAuthorities({ digest }: Header): GrandpaAuthorities {
  const logs = engineLogs(digest.logs, 'Consensus', GRANDPA_ENGINE).map((bytes) =>
    read(grandpaConsensusLog, bytes, 'a log of a header'),
  )
  const [change, ...others] = logs.filter(
    ({ type }) => type === 'ScheduledChange' || type === 'ForcedChange',
  )
  if (change?.type !== 'ScheduledChange' || others.length > 0 || change.value.delay !== 0)
    throw unproven('a header of a handoff does not change at once who finalizes')
  return change.value.nextAuthorities
}

/**
 * Checks a proof offline against nothing but the genesis hash: who finalizes at genesis follows from its state, each
 * change of that was voted for by those before, the block by those who finalize then, and the values by its state root.
 * What is trusted: fewer than a third of each of these groups ever vote for two chains (GRANDPA, section 2).
 * @throws LightError
 */
export function verifyChainProof(
  genesisHash: string,
  proof: ChainProof,
  keys: readonly Uint8Array[],
): Proven {
  const raw = parseProof(proof)
  const genesis = read(headerCodec, raw.genesis, 'the header of block 0')
  if (genesis.number !== 0 || headerHash(genesis) !== genesisHash.toLowerCase())
    throw new LightError(
      'WRONG_NETWORK',
      `The proof is of the network with genesis ${headerHash(genesis)}, not ${genesisHash.slice(0, 80)}. Ask for one of the right network.`,
    )
  const key = authoritiesKey()
  const first = proven(genesis.stateRoot, raw.authorities, [key], 'block 0').get(toHex(key))
  if (!first) throw unproven('block 0 does not say who finalizes')
  let authorities: GrandpaAuthorities = read(grandpaAuthorities, first, 'the list of validators')
  let setId = 0n
  let last = 0

  function final(bytes: Uint8Array, justification: Uint8Array): Header {
    const block = read(headerCodec, bytes, 'a header')
    try {
      const { targetHash } = verifyJustification(justification, setId, authorities)
      if (targetHash !== headerHash(block)) throw unproven('votes are for another block')
    } catch (error) {
      if (error instanceof LightError) throw error
      throw unproven(`block ${block.number} is not final (${reason(error)})`, error)
    }
    if (block.number <= last) throw unproven('blocks are not in order')
    last = block.number
    return block
  }
  for (const { header, justification } of raw.handoffs) {
    authorities = nextAuthorities(final(header, justification))
    setId++
  }
  const block = final(raw.header, raw.justification)
  const values = proven(block.stateRoot, raw.storage, keys, `block ${block.number}`)
  return { number: block.number, hash: headerHash(block), setId, values }
}
