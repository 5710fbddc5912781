import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { fromHex, type Hash, toHex } from '@cess/bytes'
import { ss58Decode, verifySignature } from '@cess/crypto'
import { decodeExtrinsic, signingPayload, stateKey, stateKeyBytes } from '@cess/frame'
import { bytes, decode, encode, u64 } from '@cess/scale'
import { type WebSocket, WebSocketServer } from 'ws'
import { GENESIS, type TestChain } from './chain.ts'

type Params = readonly never[]
type Method = (params: Params, socket: WebSocket) => unknown

/** Why a transaction is not taken, as nodes say it. */
class Invalid extends Error {
  readonly code = 1010
  readonly data: string
  constructor(data: string) {
    super('Invalid Transaction')
    this.data = data
  }
}

const schemes = { Sr25519: 'sr25519', Ed25519: 'ed25519', Ecdsa: 'ecdsa' } as const
const numberHex = (n: number): string => `0x${n.toString(16)}`

/** JSON-RPC of a node over a chain of a test, on a real WebSocket. */
export async function startNode(chain: TestChain, port = 0) {
  const server = new WebSocketServer({ host: '127.0.0.1', port })
  await once(server, 'listening')
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
  const asked: string[] = []
  const behaviour = {
    /** Transactions wait until `include` is called. */
    hold: false,
    /** What the pool says about the next transaction instead of a block. */
    say: undefined as unknown,
  }
  const waiting: (() => void)[] = []
  let ids = 0

  const blockAt = (hash: Hash | null | undefined) => {
    const found = hash ? chain.blocks.find((block) => block.hash === hash) : chain.blocks.at(-1)
    if (!found) throw new Error('unknown block')
    return found
  }
  const headerOf = (number: number) => ({
    number: numberHex(number),
    parentHash: chain.hashOf(number - 1),
    stateRoot: GENESIS,
  })
  const notify = (socket: WebSocket, method: string, subscription: string, result: unknown) =>
    socket.send(JSON.stringify({ jsonrpc: '2.0', method, params: { subscription, result } }))

  /** Checks what a node checks before a transaction gets into its pool. */
  function check(wire: string): void {
    const extrinsic = decode(bytes, fromHex(wire))
    const { signed } = decodeExtrinsic(extrinsic, chain.runtime.call, chain.runtime.extra)
    if (!signed) throw new Invalid('it is not signed')
    const extras = Object.fromEntries(
      chain.runtime.extensions.map(({ identifier }, i) => [identifier, signed.extra[i]]),
    )
    const era = extras['CheckMortality'] as { period: number; phase: number }
    const birth = chain.finalizedNumber()
    const implicit: Readonly<Record<string, unknown>> = {
      CheckSpecVersion: 1,
      CheckTxVersion: 1,
      CheckGenesis: GENESIS,
      CheckMortality: chain.hashOf(birth),
    }
    if (era.phase !== birth % era.period) throw new Invalid('Transaction is outdated')
    const payload = signingPayload(
      signed.signedPart,
      chain.runtime.extensions,
      chain.runtime.extensions.map(({ identifier }) => implicit[identifier]),
    )
    const { type, value } = signed.signature
    if (!verifySignature(schemes[type], value, payload, fromHex(signed.who)))
      throw new Invalid('Transaction has a bad signature')
  }

  const nonceOf = async (address: string): Promise<number> => {
    const { query } = await chain.best()
    return (await query.System.Account(toHex(ss58Decode(address).bytes) as never)).nonce
  }

  const methods: Readonly<Record<string, Method>> = {
    system_chain: () => 'Test',
    system_health: () => ({ peers: 2, isSyncing: false }),
    system_accountNextIndex: ([address]) => nonceOf(address!),
    state_getRuntimeVersion: () => ({ specVersion: 1, transactionVersion: 1 }),
    state_call: ([name]) => {
      if (name !== 'BabeApi_configuration') throw new Error('no such function')
      return toHex(encode(u64, 2000n))
    },
    chain_getBlockHash: ([number]) =>
      number === undefined || number === null
        ? chain.blocks.at(-1)!.hash
        : (chain.blocks[number as number]?.hash ?? null),
    chain_getFinalizedHead: () => chain.hashOf(chain.finalizedNumber()),
    chain_getHeader: ([hash]) => headerOf(blockAt(hash).number),
    chain_getBlock: ([hash]) => {
      const { number, extrinsics } = blockAt(hash)
      return { block: { header: headerOf(number), extrinsics } }
    },
    state_getStorage: ([key, hash]) => {
      const value = blockAt(hash).state.get(stateKey(fromHex(key!)))
      return value === undefined ? null : toHex(value)
    },
    async state_getKeysPaged([prefix, limit, start, hash]) {
      const reader = chain.readerOf(blockAt(hash))
      const after = start === null ? undefined : stateKey(fromHex(start!))
      const found = await reader.keys(stateKey(fromHex(prefix!)), limit!, after)
      return found.map((key) => toHex(stateKeyBytes(key)))
    },
    state_queryStorageAt([keys, hash]) {
      const { state } = blockAt(hash)
      const changes = (keys as unknown as string[]).map((key) => {
        const value = state.get(stateKey(fromHex(key)))
        return [key, value === undefined ? null : toHex(value)]
      })
      return [{ block: hash, changes }]
    },
    payment_queryInfo: () => ({ partialFee: '1234' }),
    chain_subscribeFinalizedHeads(_, socket) {
      const id = `s${++ids}`
      const tell = (number: number) => notify(socket, 'chain_finalizedHead', id, headerOf(number))
      setImmediate(() => tell(chain.finalizedNumber()))
      const end = chain.onFinalized(({ number }) => tell(number))
      socket.once('close', end)
      return id
    },
    author_submitAndWatchExtrinsic([wire], socket) {
      check(wire!)
      const id = `s${++ids}`
      const tell = (result: unknown) => notify(socket, 'author_extrinsicUpdate', id, result)
      const said = behaviour.say
      behaviour.say = undefined
      const include = (): void => {
        const { hash, number } = chain.include(wire!)
        tell({ inBlock: hash })
        if (chain.finalizedNumber() >= number) return tell({ finalized: hash })
        const end = chain.onFinalized((block) => {
          if (block.number !== number) return
          end()
          tell({ finalized: hash })
        })
      }
      setImmediate(() => {
        tell('ready')
        if (said !== undefined) tell(said)
        else if (behaviour.hold) waiting.push(include)
        else include()
      })
      return id
    },
  }

  server.on('connection', (socket) => {
    socket.on('message', async (data) => {
      const { id, method, params } = JSON.parse(String(data)) as {
        id: number
        method: string
        params: Params
      }
      asked.push(method)
      const answer = (body: object): void =>
        socket.send(JSON.stringify({ jsonrpc: '2.0', id, ...body }))
      try {
        const run = methods[method] ?? (method.includes('_un') ? () => true : undefined)
        if (!run) return answer({ error: { code: -32601, message: 'Method not found' } })
        answer({ result: await run(params ?? [], socket) })
      } catch (error) {
        const { code = -32000, message, data: why } = error as Invalid
        answer({ error: { code, message, data: why } })
      }
    })
  })

  const drop = (): void => {
    for (const socket of server.clients) socket.terminate()
  }
  return {
    url,
    asked,
    behaviour,
    /** Puts what waits into blocks. */
    include(): void {
      for (const run of waiting.splice(0)) run()
    },
    waiting: () => waiting.length,
    /** Breaks all connections; new ones are welcome. */
    drop,
    async stop(): Promise<void> {
      drop()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
export type TestNode = Awaited<ReturnType<typeof startNode>>
