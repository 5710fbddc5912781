import assert from 'node:assert/strict'
import { type Hash, toHex } from '@cess/bytes'
import { ed25519FromSeed, type KeyPair } from '@cess/crypto'
import { SeededRandom, silentLogger, VirtualClock } from '@cess/ports'
import { grandpaGossip, type Header, headerHash } from '@cess/primitives'
import { decode } from '@cess/scale'
import {
  createGrandpa,
  type Equivocation,
  type Grandpa,
  type GrandpaAuthorities,
  type GrandpaChain,
} from '../../src/index.ts'
import { child, type Extra, type FakeChain, fakeChain } from './fake-chain.ts'

export const GOSSIP_MS = 200
export const SLOT_MS = 2_000

export const pairOf = (n: number): KeyPair => ed25519FromSeed(new Uint8Array(32).fill(n + 1))
export const authoritiesOf = (pairs: readonly KeyPair[]): GrandpaAuthorities =>
  pairs.map((pair) => [pair.publicKey, 1n] as const)

export interface SimNode {
  readonly name: string
  readonly pair: KeyPair | undefined
  readonly chain: FakeChain
  grandpa: Grandpa | undefined
  /** Ends what the running incarnation may still do. */
  kill(): void
  /** Called with everything that arrives instead of the voter, for nodes that cheat. */
  intercept?: (from: string, bytes: Uint8Array) => void
  readonly reports: { peer: string; change: number; reason: string }[]
  readonly equivocations: Equivocation[]
}

export interface SimOptions {
  readonly seed: number
  readonly voters: number
  /** Nodes without keys. */
  readonly followers?: number
  /** Most milliseconds that a message takes. */
  readonly delay?: number
  /** Messages in a thousand that get lost. */
  readonly loss?: number
  readonly authorities?: GrandpaAuthorities
  readonly voteLag?: number
}

/** Nodes, links between them and blocks, all by one seed: a failing run repeats exactly. */
export function simulate(options: SimOptions) {
  const random = new SeededRandom(options.seed * 7919 + 17)
  for (let i = 0; i < 8; i++) random.next()
  const below = (n: number): number => random.next() % n
  const clock = new VirtualClock()
  const pairs = Array.from({ length: options.voters }, (_, i) => pairOf(i))
  const authorities = options.authorities ?? authoritiesOf(pairs)
  const delay = options.delay ?? 100
  const nodes = new Map<string, SimNode>()
  const links = new Set<string>()
  const lastArrival = new Map<string, number>()
  const finalizedAt = new Map<number, Hash>()
  const said = new Map<string, string>()
  const problems: string[] = []
  let salt = 1

  const link = (a: string, b: string): string => (a < b ? `${a}|${b}` : `${b}|${a}`)

  function note(from: SimNode, bytes: Uint8Array): void {
    if (!from.pair || from.intercept) return
    const message = decode(grandpaGossip, bytes)
    if (message.type !== 'Vote' || toHex(message.value.id) !== toHex(from.pair.publicKey)) return
    const { round, setId, message: m } = message.value
    const key = `${from.name} ${setId}/${round} ${m.type}`
    const before = said.get(key)
    if (before !== undefined && before !== m.value.targetHash) problems.push(`${key}: voted twice`)
    said.set(key, m.value.targetHash)
  }

  function send(from: SimNode, to: string, bytes: Uint8Array): boolean {
    note(from, bytes)
    const name = link(from.name, to)
    if (!links.has(name)) return false
    if (below(1000) < (options.loss ?? 0)) return true
    const way = `${from.name}>${to}`
    const at = Math.max(clock.now() + 1 + below(delay), lastArrival.get(way) ?? 0)
    lastArrival.set(way, at)
    clock.after(at - clock.now(), () => {
      const node = nodes.get(to)
      if (!links.has(name) || !node) return
      if (node.intercept) node.intercept(from.name, bytes)
      else node.grandpa?.message(from.name, bytes)
    })
    return true
  }

  /** The node's chain as one incarnation sees it: writes take time, and a killed one writes no more. */
  function handleOf(chain: FakeChain, life: { alive: boolean }): GrandpaChain {
    const slowly = async <T>(act: () => Promise<T>): Promise<T> => {
      await clock.sleep(below(20))
      // A write that was under way at the kill has reached the disk, or has not.
      if (!life.alive && below(2) === 0) return new Promise<T>(() => undefined)
      const result = await act()
      return life.alive ? result : new Promise<T>(() => undefined)
    }
    return {
      ...chain,
      aux: { get: chain.aux.get, batch: (ops) => slowly(() => chain.aux.batch(ops)) },
      finalize: (hash, proof) => slowly(() => chain.finalize(hash, proof)),
    }
  }

  function boot(node: SimNode): void {
    const life = { alive: true }
    const grandpa = createGrandpa({
      chain: handleOf(node.chain, life),
      keys: node.pair ? [node.pair] : [],
      clock,
      logger: silentLogger,
      gossip: {
        send: (peer, bytes) => life.alive && send(node, peer, bytes),
        report: (peer, change, reason) => {
          if (life.alive) node.reports.push({ peer, change, reason })
        },
      },
      gossipDurationMs: GOSSIP_MS,
      justificationPeriod: 8,
      voteLag: options.voteLag ?? 0,
      onEquivocation: (_set, _round, e) => void node.equivocations.push(e),
    })
    node.grandpa = grandpa
    node.kill = () => {
      life.alive = false
      node.grandpa = undefined
      void grandpa.stop()
    }
    grandpa.start()
  }

  function create(name: string, pair?: KeyPair): SimNode {
    const chain = fakeChain(authorities)
    const node: SimNode = {
      name,
      pair,
      chain,
      grandpa: undefined,
      kill: () => undefined,
      reports: [],
      equivocations: [],
    }
    chain.subscribe((event) => {
      if (event.type !== 'finalized') return
      for (const hash of event.path) {
        const number = chain.header(hash)!.number
        const before = finalizedAt.get(number)
        if (before !== undefined && before !== hash)
          problems.push(`${name}: block ${number} is final in two forks`)
        finalizedAt.set(number, hash)
      }
    })
    nodes.set(name, node)
    return node
  }

  function connect(a: string, b: string): void {
    if (links.has(link(a, b))) return
    links.add(link(a, b))
    const [x, y] = [nodes.get(a)!, nodes.get(b)!]
    share(x, y)
    share(y, x)
    x.grandpa?.peerConnected(b, y.pair ? 'authority' : 'full')
    y.grandpa?.peerConnected(a, x.pair ? 'authority' : 'full')
  }
  function disconnect(a: string, b: string): void {
    if (!links.delete(link(a, b))) return
    nodes.get(a)?.grandpa?.peerDisconnected(b)
    nodes.get(b)?.grandpa?.peerDisconnected(a)
  }
  const names = (): string[] => [...nodes.keys()]
  function mesh(): void {
    for (const a of names()) for (const b of names()) if (a < b) connect(a, b)
  }

  /** Gives one node all blocks of another, and the proofs that it stored. */
  function share(from: SimNode, to: SimNode): void {
    for (const header of from.chain.all())
      if (header.number > 0 && to.chain.has(header.parentHash))
        to.chain.add(header, weightOf(header))
    prove(from, to)
  }
  function prove(from: SimNode, to: SimNode): void {
    const proofs = from.chain
      .all()
      .map((header) => [headerHash(header), from.chain.justification(headerHash(header))] as const)
    void (async () => {
      for (const [hash, proof] of proofs)
        if (proof && to.grandpa && to.chain.has(hash))
          await to.grandpa.importJustification(hash, proof).catch(() => undefined)
    })()
  }
  /** Some blocks weigh more, as primary ones do; those that change the set stay on the best chain. */
  const weightOf = ({ digest: { logs } }: Header): number => {
    const first = logs[0]
    return logs.length > 1 ? 2 : first?.type === 'Other' ? first.value[0]! & 1 : 0
  }

  /** The node makes a block, and it spreads along the links. */
  function author(name: string, extra: Extra = {}): Header {
    const node = nodes.get(name)!
    const parent = node.chain.header(node.chain.info().bestHash)!
    const header = child(parent, { salt: salt++, ...extra })
    spread(node, header)
    return header
  }
  function spread(node: SimNode, header: Header): void {
    if (node.chain.has(headerHash(header)) || !node.chain.has(header.parentHash)) return
    node.chain.add(header, weightOf(header))
    // Refused: on a fork that finality has ended here.
    if (!node.chain.has(headerHash(header))) return
    for (const to of names())
      if (links.has(link(node.name, to)))
        clock.after(1 + below(delay), () => {
          const peer = nodes.get(to)!
          if (!links.has(link(node.name, to))) return
          if (!peer.chain.has(header.parentHash)) share(node, peer)
          spread(peer, header)
        })
  }

  /** Slots go by; in each one an author makes a block, sometimes two. */
  async function slots(
    count: number,
    authors: () => string[] = names,
    each?: (slot: number) => void,
  ) {
    for (let i = 0; i < count; i++) {
      each?.(i)
      const among = authors()
      author(among[below(among.length)]!)
      if (below(4) === 0) author(among[below(among.length)]!)
      await clock.advance(SLOT_MS)
    }
  }

  for (const [i, pair] of pairs.entries()) create(`v${i}`, pair)
  for (let i = 0; i < (options.followers ?? 0); i++) create(`f${i}`)
  for (const node of nodes.values()) boot(node)

  const finalized = (name: string): number => nodes.get(name)!.chain.info().finalizedNumber
  return {
    clock,
    random,
    below,
    nodes,
    pairs,
    authorities,
    problems,
    node: (name: string): SimNode => nodes.get(name)!,
    create,
    boot,
    connect,
    disconnect,
    mesh,
    author,
    spread,
    slots,
    names,
    finalized,
    restart(name: string): void {
      const node = nodes.get(name)!
      boot(node)
      for (const other of names()) {
        if (!links.has(link(name, other))) continue
        links.delete(link(name, other))
        connect(name, other)
      }
    },
    kill(name: string): void {
      nodes.get(name)!.kill()
      for (const other of names())
        if (links.has(link(name, other))) nodes.get(other)!.grandpa?.peerDisconnected(name)
    },
    /** Cuts all links between two groups. */
    partition(left: readonly string[]): void {
      for (const a of names())
        for (const b of names()) if (left.includes(a) !== left.includes(b)) disconnect(a, b)
    },
    check(): void {
      assert.deepEqual(problems, [], `seed ${options.seed}`)
    },
    async stop(): Promise<void> {
      const stopping = [...nodes.values()].map((node) => node.grandpa?.stop())
      // What is being written takes its time.
      await clock.advance(100)
      await Promise.all(stopping)
    },
    send,
  }
}
export type Simulation = ReturnType<typeof simulate>
