import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AccountId } from '@cess/bytes'
import type { Snapshot } from '../src/snapshot.ts'
import { createSteps } from '../src/steps.ts'
import { render, size } from '../src/view.ts'
import { plainLine } from '../src/watch.ts'

const account = (n: number): AccountId => `0x${String(n).padStart(64, '0')}` as AccountId
const snapshot: Snapshot = {
  validators: [
    { name: 'validator 1', best: 12, finalized: 10, peers: 2 },
    { name: 'validator 2', down: 'No node answers.' },
  ],
  miners: [
    {
      account: account(2),
      state: 'frozen',
      bytes: 5n << 20n,
      audit: { block: 9, result: 'Missed' },
      challenged: false,
    },
    { account: account(1), state: 'positive', bytes: 0n, audit: undefined, challenged: true },
  ],
  deals: [{ file: 'ab'.repeat(32), bytes: 1n << 30n, done: 5 }],
}
const names = new Map([[account(1), 'miner 1']])
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
const plain = (lines: readonly string[]) => lines.join('\n').replaceAll(/\x1b\[[0-9;]*m/g, '')

test('sizes are for people', () => {
  assert.equal(size(0n), '0 B')
  assert.equal(size(1023n), '1023 B')
  assert.equal(size(1536n), '1.5 KiB')
  assert.equal(size(3n << 40n), '3.0 TiB')
})

test('the picture shows heights, miners by name, deals, and what is down', () => {
  const text = plain(render(snapshot, [['gateway', 'http://x']], names, 65_000))
  assert.match(text, /up 1:05/)
  assert.match(text, /validator 1 {2}best #12 {2}final #10 {2}2 peers/)
  assert.match(text, /✘ validator 2 {2}No node answers/)
  assert.match(text, /◐ miner 1/)
  assert.match(text, /✘ 0000000000 +5\.0 MiB @9 frozen/)
  assert.match(text, /abababababababab… +1\.0 GiB {2}█████░░░░░░░ 5 of 12 miners/)
})

test('a line for logs says the same', () => {
  assert.equal(
    plainLine(snapshot),
    'blocks best/final #12/#10 validator 2 down  miners 2, 0 passed their last audit, 5.0 MiB stored  deals 1',
  )
})

test('a story stops at the step that fails and says which', async () => {
  const lines: string[] = []
  let now = 0
  const steps = createSteps(
    (line) => lines.push(line),
    () => (now += 500),
  )
  assert.equal(
    await steps.step(
      'one',
      async () => 7,
      (n) => `got ${n}`,
    ),
    7,
  )
  assert.equal(steps.failed, false)
  await assert.rejects(
    steps.step('two', () => Promise.reject(new Error('no'))),
    /no/,
  )
  assert.equal(steps.failed, true)
  assert.match(plain(lines), /✔ {2}1 +0\.5 s {2}one {2}got 7\n✘ {2}2 +0\.5 s {2}two/)
})
