import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { createContext, runInContext } from 'node:vm'
import { certificatePage, makeCertificate, verifyCertificate } from '../src/index.ts'
import { altered } from './support/altered.ts'
import { justify, SETS, sourceOf, TIME, testChain } from './support/chain.ts'

const chain = testChain()
const genesis = chain[0]!.hash
const certificate = await makeCertificate(sourceOf(chain), { network: 'Test', genesis, work: 3 })

test('a certificate proves what the chain says of a work, to whoever knows the genesis hash', () => {
  const copy: unknown = JSON.parse(JSON.stringify(certificate))
  const { block, hash, time, work } = verifyCertificate(copy, genesis)
  assert.deepEqual([block, hash, time], [10, chain[10]!.hash, Number(TIME)])
  assert.deepEqual(
    [work.id, work.title, work.status, work.committed, work.until],
    [3, '<b>Harbour</b> at night', 'Confirmed', 5, 9],
  )
  assert.match(work.codes!.iscc, /^ISCC:K/)
})

test('what it says of its network, its work or its format does not count', async () => {
  const fails = (input: unknown, code: string, known: string = genesis): void =>
    assert.throws(() => verifyCertificate(input, known), { code })
  const other = testChain('x', { name: 'other' })
  fails(certificate, 'WRONG_NETWORK', other[0]!.hash)
  fails({ ...certificate, genesis: other[0]!.hash }, 'WRONG_NETWORK', other[0]!.hash)
  for (const work of [4, -1, 1.5, 2 ** 32, '3'])
    fails({ ...certificate, work }, work === 4 ? 'NOT_PROVEN' : 'MALFORMED')
  for (const input of [null, 'x', {}, { ...certificate, format: 'cess-certificate/2' }])
    fails(input, 'MALFORMED')
  const few = justify(chain[10]!, 2, SETS[2].slice(2))
  fails({ ...certificate, proof: { ...certificate.proof, justification: few } }, 'NOT_PROVEN')
  await assert.rejects(makeCertificate(sourceOf(chain), { network: 'T', genesis, work: 4 }), {
    code: 'NOT_PROVEN',
  })
})

test('the page for paper shows it, claims no more, and runs nothing that is in it', () => {
  const page = certificatePage(verifyCertificate(certificate, genesis))
  assert.match(page, /first claimed at block 5, unchallenged through block 9/)
  assert.match(page, /<svg/)
  assert.match(page, /does not state who made the work/)
  assert.ok(!page.includes('<b>Harbour'), 'a title is text')
  assert.ok(!/<script/i.test(page))
})

test('the offline page checks certificates with nothing but what a browser has', () => {
  const html = readFileSync(join(import.meta.dirname, '../verify.html'), 'utf8')
  assert.match(html, /default-src 'none'/)
  assert.ok(!/https?:\/\/(?!www\.w3\.org)/.test(html.replace(/xmlns="[^"]*"/g, '')), 'no address')
  const script = /<script>([\s\S]*)<\/script>/.exec(html)![1]!
  const element = () => ({ addEventListener() {} })
  const realm = createContext({
    document: { getElementById: element, createElement: element },
    ...{ TextEncoder, TextDecoder },
  })
  runInContext(script, realm)
  const check = (text: string, known: string) => {
    realm['input'] = { text, known }
    return JSON.parse(
      runInContext('JSON.stringify(cessVerifier.check(input.text, input.known))', realm) as string,
    ) as { proven: boolean; why?: string; rows?: [string, string][] }
  }
  const good = check(JSON.stringify(certificate), genesis)
  assert.ok(good.proven, good.why ?? '')
  assert.deepEqual(
    good.rows!.find(([name]) => name === 'Statement'),
    ['Statement', 'first claimed at block 5, unchallenged through block 9'],
  )
  const storage = certificate.proof.storage.map((node, i) => (i === 0 ? altered(node) : node))
  const forged = { ...certificate, proof: { ...certificate.proof, storage } }
  for (const [text, known] of [
    [JSON.stringify(forged), genesis],
    [JSON.stringify(certificate), `0x${'00'.repeat(32)}`],
    [JSON.stringify(certificate), 'x'],
    ['{', genesis],
  ]) {
    const outcome = check(text as string, known as string)
    assert.equal(outcome.proven, false)
    assert.ok(outcome.why!.length > 20)
  }
})
