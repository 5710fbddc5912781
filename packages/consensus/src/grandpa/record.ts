import { fromHex, type Hex, toHex, utf8 } from '@cess/bytes'
import type { Aux } from '@cess/chain'
import { grandpaAuthorities, grandpaMessage, hash256 } from '@cess/primitives'
import {
  decode,
  encode,
  fixedBytes,
  type Infer,
  mapped,
  option,
  struct,
  u8,
  u32,
  u64,
  vec,
} from '@cess/scale'
import { ConsensusError } from '../errors.ts'
import { messageOf, type SignedVote } from './vote.ts'

/** The one auxiliary record of the voter. Written as a whole, so that no part of it can be older than another. */
const KEY = utf8('grandpa/voter')
const VERSION = 1

const block = struct('', { hash: hash256, number: u32 })
const voter = mapped(fixedBytes(32), toHex, (id: Hex) => fromHex(id))
const signedVote = struct('', { message: grandpaMessage, signature: fixedBytes(64), id: voter })
const cast = struct('', { round: u64, id: voter, message: grandpaMessage })

const completed = struct('', {
  round: u64,
  base: block,
  prevoteGhost: option(block),
  estimate: option(block),
  finalized: option(block),
  votes: vec(signedVote),
})

const record = struct('', {
  version: u8,
  setId: u64,
  authorities: grandpaAuthorities,
  pending: vec(struct('', { effective: u32, authorities: grandpaAuthorities })),
  /** The final block that the set belongs to. */
  at: block,
  /** Where the current round, the one after `completed`, counts from. */
  base: block,
  completed: option(completed),
  /** What this node's keys have said in the current round, written before it was sent. */
  cast: vec(cast),
  /** The votes of the current round that were known then: what we said rests on them. */
  heard: vec(signedVote),
})

export type CompletedRound = Infer<typeof completed>
type RecordedVote = Infer<typeof signedVote>
export type CastVote = Infer<typeof cast>
export type VoterRecord = Omit<Infer<typeof record>, 'version'>

export const recordVotes = (votes: readonly SignedVote[]): RecordedVote[] =>
  votes.map(({ type, target, signature, id }) => ({
    message: messageOf(type, target),
    signature,
    id,
  }))

export const recordedVotes = (votes: readonly RecordedVote[]): SignedVote[] =>
  votes.flatMap(({ message: { type, value }, signature, id }): SignedVote[] => {
    const target = { hash: value.targetHash, number: value.targetNumber }
    return type === 'PrimaryPropose' ? [] : [{ type, target, signature, id }]
  })

/** @throws ConsensusError BAD_RECORD when it cannot be read: voting without it could contradict earlier votes. */
export function readRecord(aux: Pick<Aux, 'get'>): VoterRecord | undefined {
  const bytes = aux.get(KEY)
  if (!bytes) return undefined
  try {
    if (bytes[0] !== VERSION) throw new RangeError(`version ${bytes[0]} is unknown`)
    return decode(record, bytes)
  } catch (cause) {
    throw new ConsensusError(
      'BAD_RECORD',
      'The record of what this validator has voted cannot be read. Do not vote with its keys from this database; restore a backup or sync a new one under new session keys.',
      { cause },
    )
  }
}

/** Resolves when it is on disk. */
export const writeRecord = (aux: Pick<Aux, 'batch'>, value: VoterRecord): Promise<void> =>
  aux.batch([{ type: 'put', key: KEY, value: encode(record, { version: VERSION, ...value }) }])
