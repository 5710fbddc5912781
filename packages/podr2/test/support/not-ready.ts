// Runs alone: in a process where nobody has awaited initPodr2 yet.
import { createTagger, initPodr2, prove, verify, verifyBatch, verifyPossession } from '@cess/podr2'

const empty = new Uint8Array(0)
const codeOf = (run: () => unknown): unknown => {
  try {
    run()
    return 'returned'
  } catch (error) {
    return (error as { code?: unknown }).code
  }
}
const rows = [{ fragmentId: new Uint8Array(32), row: 0 }]
const calls = (): unknown[] => [
  codeOf(() => verify(new Uint8Array(192), new Uint8Array(32), 0, rows, new Uint8Array(128))),
  codeOf(() => verify(empty, empty, 0, [], empty)),
  codeOf(() => verifyBatch([])),
  codeOf(() => verifyPossession(empty, empty, empty)),
  codeOf(() => createTagger(new Uint8Array(32))),
  codeOf(() => prove({ verifier: empty, seed: empty, tagger: 0, rows: [], parameters: empty })),
]
const before = calls()
const loading = [initPodr2(), initPodr2()]
const during = calls()
await Promise.all(loading)
console.log(JSON.stringify({ before, during, after: calls() }))
