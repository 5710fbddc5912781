import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ROOT } from './support/documents.ts'

const document = readFileSync(join(ROOT, 'docs/faults.md'), 'utf8')
/** The last cell of each row: `file`: title · title · `file`: title */
const rows = document
  .split('\n')
  .filter((line) => line.startsWith('| ') && line.includes('.test.ts`'))
  .map((line) => line.split('|').at(-2)!)

test('every test that docs/faults.md names is there', () => {
  assert.ok(rows.length > 20)
  for (const row of rows) {
    let text = ''
    for (const part of row.split(' · ')) {
      const [, file, title] = /^\s*(?:`([^`]+)`: )?(.*?)\s*$/.exec(part)!
      if (file) text = readFileSync(join(ROOT, file), 'utf8')
      assert.ok(text.includes(title!), `there is no test “${title}” in ${file ?? 'the same file'}`)
    }
  }
})
