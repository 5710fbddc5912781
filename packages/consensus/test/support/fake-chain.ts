import { type Hash, ZERO_HASH } from '@cess/bytes'
import type { ChainEvent, ChainInfo } from '@cess/chain'
import { type BatchOp, MemoryStore } from '@cess/ports'
import {
  GRANDPA_ENGINE,
  grandpaAuthorities,
  grandpaConsensusLog,
  type Header,
  headerHash,
} from '@cess/primitives'
import { decode, encode, u64 } from '@cess/scale'
import type { GrandpaAuthorities, GrandpaChain } from '../../src/index.ts'

interface Stored {
  readonly hash: Hash
  readonly header: Header
  readonly weight: number
  readonly order: number
  readonly setId: bigint
  readonly authorities: GrandpaAuthorities
  justification?: Uint8Array
}

export interface Extra {
  readonly weight?: number
  /** Tells blocks with the same content apart. */
  readonly salt?: number
  /** A set that takes over after this block, or `delay` blocks later. */
  readonly change?: GrandpaAuthorities
  readonly delay?: number
}

/** A header on `parent`, announcing a change of the set if told. */
export function child(parent: Header | undefined, extra: Extra = {}): Header {
  const logs: Header['digest']['logs'][number][] = []
  if (extra.salt)
    logs.push({ type: 'Other', value: Uint8Array.of(extra.salt & 255, extra.salt >> 8) })
  if (extra.change) {
    const value = { nextAuthorities: extra.change, delay: extra.delay ?? 0 }
    const log = encode(grandpaConsensusLog, { type: 'ScheduledChange', value })
    logs.push({ type: 'Consensus', value: [GRANDPA_ENGINE, log] })
  }
  return {
    parentHash: parent ? headerHash(parent) : ZERO_HASH,
    number: parent ? parent.number + 1 : 0,
    stateRoot: ZERO_HASH,
    extrinsicsRoot: ZERO_HASH,
    digest: { logs },
  }
}

/** A block tree that finalizes and prunes as `@cess/chain` does, without bodies and states. */
export interface FakeChain extends GrandpaChain {
  add(header: Header, weight?: number): Hash
  has(hash: Hash): boolean
  /** Every block that is here, parents first. */
  all(): Header[]
}

export function fakeChain(authorities: GrandpaAuthorities): FakeChain {
  const blocks = new Map<Hash, Stored>()
  const listeners = new Set<(event: ChainEvent) => void>()
  const store = new MemoryStore()
  let order = 0
  const genesis = child(undefined)
  const put = (
    header: Header,
    weight: number,
    set: Pick<Stored, 'setId' | 'authorities'>,
  ): Stored => {
    const hash = headerHash(header)
    const block = { hash, header, weight, order: order++, ...set }
    blocks.set(hash, block)
    return block
  }
  let finalized = put(genesis, 0, { setId: 0n, authorities })
  let best = finalized

  const get = (hash: Hash): Stored => {
    const block = blocks.get(hash)
    if (!block) throw new Error(`block ${hash} is unknown`)
    return block
  }
  function up(from: Stored, number: number): Stored {
    let at = from
    while (at.header.number > number) at = get(at.header.parentHash)
    return at
  }
  const isAbove = (base: Stored, block: Stored): boolean =>
    block.header.number >= base.header.number && up(block, base.header.number) === base
  const better = (a: Stored, b: Stored): number =>
    b.weight - a.weight || b.header.number - a.header.number || a.order - b.order
  const leaves = (): Stored[] => {
    const parents = new Set([...blocks.values()].map((b) => b.header.parentHash))
    return [...blocks.values()].filter((b) => !parents.has(b.hash)).sort(better)
  }
  const emit = (event: ChainEvent): void => {
    for (const listener of [...listeners]) listener(event)
  }

  return {
    info: (): ChainInfo => ({
      bestHash: best.hash,
      bestNumber: best.header.number,
      finalizedHash: finalized.hash,
      finalizedNumber: finalized.header.number,
      genesisHash: headerHash(genesis),
    }),
    header: (hash) => blocks.get(hash)?.header,
    hashAt: (number) => (number > best.header.number ? undefined : up(best, number).hash),
    leaves: () => leaves().map(({ hash }) => hash),
    call(at, entry) {
      const { setId, authorities: set } = get(at)
      return entry === 'GrandpaApi_current_set_id'
        ? encode(u64, setId)
        : encode(grandpaAuthorities, set)
    },
    aux: {
      get: (key) => store.get(key),
      batch: (ops: readonly BatchOp[]) => store.batch(ops),
    },
    justification: (hash) => blocks.get(hash)?.justification,
    async finalize(hash, justification) {
      const target = get(hash)
      if (justification && !target.justification) target.justification = justification
      if (isAbove(target, finalized)) return
      if (!isAbove(finalized, target)) throw new Error(`${hash} contradicts what is final`)
      const path: Hash[] = []
      for (let at = target; at !== finalized; at = get(at.header.parentHash)) path.unshift(at.hash)
      const stale = [...blocks.values()]
        .filter((b) => b.header.number > finalized.header.number)
        .filter((b) => !isAbove(target, b) && !isAbove(b, target))
        .map((b) => b.hash)
      for (const old of stale) blocks.delete(old)
      finalized = target
      if (!blocks.has(best.hash) || !isAbove(target, best))
        best = leaves().find((l) => isAbove(target, l))!
      emit({
        type: 'finalized',
        hash,
        header: target.header,
        path,
        stale,
        retracted: [],
        enacted: [],
      })
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    add(header, weight = 1) {
      const hash = headerHash(header)
      if (blocks.has(hash)) return hash
      const parent = get(header.parentHash)
      if (!isAbove(finalized, parent)) return hash
      const log = header.digest.logs.find((l) => l.type === 'Consensus')
      const change = log && changeOf(log.value[1])
      const set = change ? { setId: parent.setId + 1n, authorities: change } : parent
      const block = put(header, parent.weight + weight, {
        setId: set.setId,
        authorities: set.authorities,
      })
      if (better(block, best) < 0) best = block
      const isBest = best === block
      emit({
        type: 'imported',
        hash,
        header,
        origin: 'network',
        best: isBest,
        retracted: [],
        enacted: [],
      })
      return hash
    },
    has: (hash) => blocks.has(hash),
    all: () => [...blocks.values()].sort((a, b) => a.order - b.order).map((b) => b.header),
  }
}

function changeOf(bytes: Uint8Array): GrandpaAuthorities | undefined {
  const log = decode(grandpaConsensusLog, bytes)
  return log.type === 'ScheduledChange' ? log.value.nextAuthorities : undefined
}
