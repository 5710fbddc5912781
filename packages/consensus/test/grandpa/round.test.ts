import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Hash, toHex } from '@cess/bytes'
import { type Header, headerHash } from '@cess/primitives'
import fc from 'fast-check'
import {
  type Block,
  createRound,
  createTree,
  createVoterSet,
  type Phase,
  type RoundState,
} from '../../src/index.ts'
import { child } from '../support/fake-chain.ts'

const id = (n: number): Uint8Array => new Uint8Array(32).fill(n + 1)
const votersOf = (...weights: number[]) =>
  createVoterSet(
    0n,
    weights.map((w, i) => [id(i), BigInt(w)] as const),
  )!

/** Blocks by name: each entry is `[name, parent]`. */
function treeOf(entries: readonly (readonly [string, string])[]) {
  const headers = new Map<string, Header>([['G', child(undefined)]])
  let salt = 1
  for (const [name, parent] of entries)
    headers.set(name, child(headers.get(parent), { salt: salt++ }))
  const byHash = new Map([...headers.values()].map((h) => [headerHash(h), h]))
  const block = (name: string): Block => {
    const header = headers.get(name)!
    return { hash: headerHash(header), number: header.number }
  }
  const nameOf = (at: Block | undefined): string | undefined =>
    at && [...headers].find(([, h]) => headerHash(h) === at.hash)?.[0]
  return { tree: createTree({ header: (hash: Hash) => byHash.get(hash) }), block, nameOf, headers }
}

/** G ─ A ─ B ─ C ─ D, and B ─ X ─ Y. */
const FORK = [
  ['A', 'G'],
  ['B', 'A'],
  ['C', 'B'],
  ['D', 'C'],
  ['X', 'B'],
  ['Y', 'X'],
] as const

function scene(voters = votersOf(1, 1, 1, 1), base = 'G') {
  const t = treeOf(FORK)
  const round = createRound(1n, voters, t.block(base), t.tree)
  const say = (phase: Phase, who: number, name: string) =>
    round.add({
      type: phase,
      target: t.block(name),
      id: toHex(id(who)),
      signature: new Uint8Array(64).fill(who),
    })
  return {
    round,
    prevote: (who: number, name: string) => say('Prevote', who, name),
    precommit: (who: number, name: string) => say('Precommit', who, name),
    state() {
      const s = round.state()
      return {
        ghost: t.nameOf(s.prevoteGhost),
        estimate: t.nameOf(s.estimate),
        final: t.nameOf(s.finalized),
        completable: s.completable,
      }
    },
    ...t,
  }
}

test('the ghost is the highest block that two thirds prevoted for or above', () => {
  const s = scene()
  s.prevote(0, 'D')
  s.prevote(1, 'Y')
  assert.equal(s.state().ghost, undefined)
  s.prevote(2, 'C')
  assert.equal(s.state().ghost, 'B')
  s.prevote(3, 'D')
  assert.equal(s.state().ghost, 'C')
})

test('finality needs two thirds of both phases, and the estimate falls as precommits come', () => {
  const s = scene()
  for (const who of [0, 1, 2, 3]) s.prevote(who, 'C')
  assert.deepEqual(s.state(), { ghost: 'C', estimate: 'C', final: undefined, completable: false })
  s.precommit(0, 'C')
  s.precommit(1, 'B')
  assert.equal(s.state().completable, false)
  s.precommit(2, 'B')
  // C has one vote, one voter is left and one may turn out to have voted twice: 3 of 4.
  assert.deepEqual(s.state(), { ghost: 'C', estimate: 'C', final: 'B', completable: true })
  s.precommit(3, 'B')
  assert.deepEqual(s.state(), { ghost: 'C', estimate: 'B', final: 'B', completable: true })
})

test('a voter who votes twice counts for every block', () => {
  const s = scene()
  s.prevote(0, 'C')
  s.prevote(1, 'C')
  const outcome = s.prevote(2, 'X')
  assert.equal(outcome, 'counted')
  assert.equal(s.state().ghost, 'B')
  const proof = s.prevote(2, 'A')
  assert.ok(typeof proof === 'object')
  assert.deepEqual(
    [proof.phase, proof.first.target, proof.second.target],
    ['Prevote', s.block('X'), s.block('A')],
  )
  assert.equal(s.state().ghost, 'C')
  assert.equal(s.prevote(2, 'D'), 'repeated')
  assert.equal(s.round.votes().length, 4)
})

test('the votes that finalize leave out an equivocator whose votes are both elsewhere', () => {
  const s = scene()
  for (const who of [0, 1, 2, 3]) s.prevote(who, 'C')
  s.precommit(3, 'X')
  s.precommit(3, 'A')
  s.precommit(0, 'C')
  s.precommit(1, 'C')
  assert.equal(s.state().final, 'C')
  assert.equal(s.round.precommitsFor(s.block('C')), undefined)
  s.precommit(2, 'D')
  assert.deepEqual(
    s.round.precommitsFor(s.block('C'))?.map((v) => v.id),
    [0, 1, 2].map((n) => toHex(id(n))),
  )
})

test('strangers, unknown blocks, wrong numbers and blocks that are not above the base', () => {
  const s = scene(votersOf(1, 1, 1, 1), 'B')
  assert.equal(s.prevote(7, 'C'), 'stranger')
  assert.equal(s.prevote(0, 'A'), 'unplaced')
  const vote = { type: 'Prevote', id: toHex(id(0)), signature: new Uint8Array(64) } as const
  const { hash } = s.block('C')
  assert.equal(s.round.add({ ...vote, target: { hash, number: 9 } }), 'unplaced')
  const unknown = `0x${'99'.repeat(32)}` as Hash
  assert.equal(s.round.add({ ...vote, target: { hash: unknown, number: 3 } }), 'unplaced')
  assert.equal(s.prevote(0, 'B'), 'counted')
  assert.deepEqual(s.round.missing('Prevote').length, 3)
})

test('weights count, not heads', () => {
  const s = scene(votersOf(4, 7, 3))
  s.prevote(0, 'D')
  s.prevote(1, 'Y')
  assert.equal(s.state().ghost, 'B')
  assert.equal(s.round.weight('Prevote'), 11n)
})

// Properties over random trees and votes.

const MAX = 12
const history = fc.record({
  parents: fc.array(fc.nat(MAX), { minLength: MAX, maxLength: MAX }),
  voters: fc.integer({ min: 1, max: 7 }),
  votes: fc.array(fc.record({ who: fc.nat(6), phase: fc.boolean(), target: fc.nat(MAX) }), {
    maxLength: 40,
  }),
})

interface Cast {
  readonly who: number
  readonly phase: Phase
  readonly target: string
}

/** Names are numbers; at most a third of the voters votes twice, by keeping only the first vote of the others. */
function build({ parents, voters, votes }: Parameters<Parameters<typeof history.map>[0]>[0]) {
  const t = treeOf(
    parents.map((p, i) => [`${i + 1}`, p % (i + 1) === 0 ? 'G' : `${p % (i + 1)}`] as const),
  )
  const faulty = Math.floor((voters - 1) / 3)
  const seen = new Map<string, number>()
  const cast: Cast[] = []
  for (const { who: w, phase: p, target } of votes) {
    const who = w % voters
    const phase: Phase = p ? 'Prevote' : 'Precommit'
    const count = seen.get(`${who}${phase}`) ?? 0
    if (count >= (who < faulty ? 2 : 1)) continue
    seen.set(`${who}${phase}`, count + 1)
    cast.push({ who, phase, target: target === 0 ? 'G' : `${target}` })
  }
  return { ...t, voters, cast }
}

/** The rules by the letter: for each block count each voter. */
function bruteForce(
  { tree, block, headers }: ReturnType<typeof treeOf>,
  n: number,
  cast: readonly Cast[],
) {
  const threshold = n - Math.floor((n - 1) / 3)
  const names = [...headers.keys()]
  const votesOf = (who: number, phase: Phase): string[] => [
    ...new Set(cast.filter((c) => c.who === who && c.phase === phase).map((c) => c.target)),
  ]
  const all = Array.from({ length: n }, (_, i) => i)
  const isAbove = (low: string, high: string): boolean =>
    tree.isDescendant(block(low), block(high).hash)
  const weight = (name: string, phase: Phase): number =>
    all.filter((who) => {
      const votes = votesOf(who, phase)
      return votes.length > 1 || (votes[0] !== undefined && isAbove(name, votes[0]))
    }).length
  const voted = (phase: Phase): number => all.filter((who) => votesOf(who, phase).length > 0).length
  const highest = (list: string[]): string | undefined =>
    list.sort((a, b) => block(b).number - block(a).number)[0]
  const none = { ghost: undefined, estimate: undefined, final: undefined, completable: false }
  if (voted('Prevote') < threshold) return none
  const ghost = highest(names.filter((b) => weight(b, 'Prevote') >= threshold))!
  if (voted('Precommit') < threshold) return { ...none, ghost, estimate: ghost }
  const below = names.filter((b) => isAbove(b, ghost))
  const cheats = all.filter((who) => votesOf(who, 'Precommit').length > 1).length
  const possible = (b: string): boolean => {
    const others = voted('Precommit') - weight(b, 'Precommit')
    const turn = Math.min(others, n - threshold - cheats)
    return weight(b, 'Precommit') + (n - voted('Precommit')) + turn >= threshold
  }
  const final = highest(below.filter((b) => weight(b, 'Precommit') >= threshold))
  const estimate = highest(below.filter(possible))
  const beyond = names.some((b) => b !== ghost && isAbove(ghost, b) && possible(b))
  return { ghost, estimate, final, completable: !!estimate && (estimate !== ghost || !beyond) }
}

/** Counts the votes one by one. */
function play(h: ReturnType<typeof build>, each: (state: RoundState, votes: number) => void): void {
  const voters = votersOf(...Array<number>(h.voters).fill(1))
  const round = createRound(1n, voters, h.block('G'), h.tree)
  for (const [i, { who, phase, target }] of h.cast.entries()) {
    const signature = new Uint8Array(64).fill(i)
    round.add({ type: phase, target: h.block(target), id: toHex(id(who)), signature })
    each(round.state(), i + 1)
  }
}

test('a round counts as the rules say, vote by vote', () => {
  fc.assert(
    fc.property(history.map(build), (h) =>
      play(h, (s, votes) =>
        assert.deepEqual(
          {
            ghost: h.nameOf(s.prevoteGhost),
            estimate: h.nameOf(s.estimate),
            final: h.nameOf(s.finalized),
            completable: s.completable,
          },
          bruteForce(h, h.voters, h.cast.slice(0, votes)),
        ),
      ),
    ),
    { numRuns: 300 },
  )
})

test('whatever is finalized later lies below what a completable round estimated', () => {
  fc.assert(
    fc.property(history.map(build), (h) => {
      const estimates: Block[] = []
      play(h, ({ finalized, estimate, completable }) => {
        for (const e of estimates) if (finalized) assert.ok(h.tree.isDescendant(finalized, e.hash))
        if (completable) estimates.push(estimate!)
      })
    }),
    { numRuns: 300 },
  )
})
