import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { FileId } from '@cess/bytes'
import { VirtualClock } from '@cess/ports'
import { accountId32, cessHash, multiAddress } from '@cess/primitives'
import { boundedBytes, option, struct, tuple, u32, u64, u128, vec } from '@cess/scale'
import { DAVE } from '@cess/sdk/testing'
import fc from 'fast-check'
import { fromJson } from '../src/chain/from-json.ts'
import { safeName } from '../src/files/target.ts'
import { duration, printable, size, table } from '../src/shell/format.ts'
import { createProgress } from '../src/shell/progress.ts'

const FID = 'ab'.repeat(32) as FileId

describe('values of the chain from JSON', () => {
  test('accounts, bytes, numbers, options and lists', () => {
    const codec = struct('t', {
      who: accountId32,
      note: boundedBytes(20),
      amount: u128,
      count: u32,
      maybe: option(u64),
      file: cessHash,
      pairs: vec(tuple(u32, u32)),
      dest: multiAddress,
    })
    const value = fromJson(codec, '', {
      who: DAVE.address,
      note: 'hello',
      amount: '340282366920938463463374607431768211455',
      count: 3,
      file: FID,
      pairs: [[1, 2]],
      dest: { id: DAVE.id },
    })
    assert.deepEqual(value, {
      who: DAVE.id,
      note: new TextEncoder().encode('hello'),
      amount: 2n ** 128n - 1n,
      count: 3,
      maybe: undefined,
      file: FID,
      pairs: [[1, 2]],
      dest: { type: 'Id', value: DAVE.id },
    })
  })

  test('what does not fit is told by the name of its field', () => {
    const codec = struct('t', { count: u32, who: accountId32 })
    for (const [json, message] of [
      [{ count: -1, who: DAVE.id }, /count/],
      [{ count: 2 ** 32, who: DAVE.id }, /count/],
      [{ count: 1.5, who: DAVE.id }, /count/],
      [{ count: 1, who: 'x' }, /who/],
      [{ count: 1, who: '0x12' }, /who/],
      [{ count: 1 }, /who/],
      [{ count: 1, who: DAVE.id, more: 1 }, /more/],
      [[], /count, who/],
    ] as const)
      assert.throws(() => fromJson(codec, '', json), { code: 'USAGE', message })
  })
})

describe('what others wrote', () => {
  test('a name from a header never leads out of the folder, and is never empty or hidden dots', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
        const safe = safeName(name, FID)
        assert.doesNotMatch(safe, /[/\\]/)
        assert.ok(safe !== '' && safe !== '.' && safe !== '..')
        assert.ok(Buffer.byteLength(safe) <= 200)
      }),
    )
    assert.equal(safeName('../../etc/passwd', FID), 'passwd')
    assert.equal(safeName('..', FID), `${FID.slice(0, 16)}.bin`)
    assert.equal(safeName('a\u001b[31m.txt', FID), 'a_[31m.txt')
  })

  test('nothing of it moves the cursor', () => {
    assert.equal(printable('a\u001b[2Jb\r\n\u202ec'), 'a�[2Jb���c')
  })
})

describe('what people see', () => {
  test('sizes, times and tables', () => {
    assert.equal(size(0), '0 B')
    assert.equal(size(1536), '1.5 KiB')
    assert.equal(size(5n << 40n), '5.0 TiB')
    assert.equal(duration(59_400), '59 s')
    assert.equal(duration(61_000), '1 min 1 s')
    assert.equal(duration(2 * 3_600_000), '2 h 0 min')
    assert.deepEqual(
      table([
        ['A', 'B'],
        ['long', 'x'],
      ]),
      ['A     B', 'long  x'],
    )
  })

  test('a bar on a terminal, one line for each piece of work elsewhere', async () => {
    const clock = new VirtualClock()
    const drawn: string[] = []
    const bar = createProgress({
      clock,
      live: true,
      width: () => 120,
      write: (text) => void drawn.push(text),
    })
    for (let done = 0; done <= 100; done += 10) {
      bar.update('Sending', done, 100)
      await clock.advance(50)
    }
    bar.clear()
    assert.ok(drawn.length < 9)
    assert.match(drawn.at(-2)!, /100 %/)
    assert.equal(drawn.at(-1), '\r\x1b[2K')

    const lines: string[] = []
    const plain = createProgress({
      clock,
      live: false,
      width: () => 80,
      write: (text) => void lines.push(text),
    })
    for (let done = 0; done <= 100; done += 10) plain.update('Sending', done, 100)
    plain.say('Done.')
    assert.deepEqual(lines, ['Sending (100 B)\n', 'Done.\n'])
  })
})
