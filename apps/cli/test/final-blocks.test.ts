import assert from 'node:assert/strict'
import { test } from 'node:test'
import { finalBlocks } from '../src/chain/final-blocks.ts'

test('each final block is news, several at once are one, and a signal ends it', async () => {
  let tell: (() => void) | undefined
  let ended = 0
  const chain = {
    follow(listener: () => void) {
      tell = listener
      return () => ended++
    },
  }
  const abort = new AbortController()
  const blocks = finalBlocks(chain as never, abort.signal)
  const first = blocks.next()
  tell!()
  assert.equal((await first).done, false)
  tell!()
  tell!()
  assert.equal((await blocks.next()).done, false)
  const waiting = blocks.next()
  abort.abort(new Error('enough'))
  await assert.rejects(waiting, /enough/)
  assert.equal(ended, 1)
})
