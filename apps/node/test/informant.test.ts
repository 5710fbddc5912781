import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hash } from '@cess/bytes'
import type { ChainEvent } from '@cess/chain'
import { type Logger, silentLogger, VirtualClock } from '@cess/ports'
import type { SyncStatus } from '@cess/sync'
import { createInformant } from '../src/informant.ts'

const hash = `0x${'11'.repeat(32)}` as Hash
const other = `0x${'22'.repeat(32)}` as Hash

function setUp() {
  const clock = new VirtualClock()
  const lines: string[] = []
  const logger: Logger = {
    ...silentLogger,
    info: (fields, message) => lines.push(`${message} ${JSON.stringify(fields)}`),
  }
  const state = { best: 100, status: { state: 'idle', best: 100, target: 100 } as SyncStatus }
  let listener: ((event: ChainEvent) => void) | undefined
  const informant = createInformant({
    chain: {
      info: () => ({
        genesisHash: other,
        bestHash: hash,
        bestNumber: state.best,
        finalizedHash: other,
        finalizedNumber: state.best - 2,
      }),
      subscribe(to) {
        listener = to
        return () => {
          listener = undefined
        }
      },
    },
    sync: { status: () => state.status, peers: () => [] },
    clock,
    logger,
  })
  const header = { number: 101 } as Extract<ChainEvent, { type: 'imported' }>['header']
  const imported = (more: Partial<Extract<ChainEvent, { type: 'imported' }>>): void =>
    listener?.({
      type: 'imported',
      hash,
      header,
      origin: 'network',
      best: true,
      retracted: [],
      enacted: [],
      ...more,
    })
  return { clock, lines, state, informant, imported, listens: () => listener !== undefined }
}

test('every five seconds it says where the node stands, and how fast it catches up', async () => {
  const { clock, lines, state, informant } = setUp()
  informant.start()
  await clock.advance(5_000)
  state.best = 400
  state.status = { state: 'syncing', best: 400, target: 1000 }
  await clock.advance(5_000)
  assert.deepEqual(lines, [
    'Idle. {"peers":0,"best":100,"final":98}',
    'Syncing. {"peers":0,"best":400,"final":398,"target":1000,"blocksPerSecond":"60.0"}',
  ])
})

test('new blocks are told once each, with what they changed; old ones while catching up are not', () => {
  const { lines, state, informant, imported } = setUp()
  informant.start()
  imported({ origin: 'own' })
  imported({})
  imported({ best: false })
  imported({ retracted: [other], enacted: [hash] })
  state.status = { state: 'syncing', best: 400, target: 1000 }
  imported({ origin: 'sync' })
  const block = `{"number":101,"hash":"${hash}"}`
  assert.deepEqual(lines, [
    `Authored a block. ${block}`,
    `Imported a block. ${block}`,
    `Imported a block. ${block}`,
    `The best chain is another one now. {"number":101,"hash":"${hash}","blocks":1}`,
  ])
})

test('stopped, it says nothing more and listens to nothing', async () => {
  const { clock, lines, informant, listens } = setUp()
  informant.start()
  informant.stop()
  await clock.advance(20_000)
  assert.deepEqual(lines, [])
  assert.equal(listens(), false)
})
