import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { encodeSegments, layout } from '@cess/content'
import { createReedSolomon } from '@cess/erasure'
import { ask, content, type Signing, sign } from './support/client.ts'
import { DAVE, eventually } from './support/kit.ts'

interface Running {
  readonly child: ChildProcess
  readonly url: string
  readonly signing: Signing
}

describe('a gateway that is killed', () => {
  let data = ''
  let running: Running
  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'cess-gateway-crash-'))
    running = await start()
  })
  after(async () => {
    await kill()
    await rm(data, { recursive: true, force: true })
  })

  async function start(): Promise<Running> {
    const child = fork(new URL('./support/crash-child.ts', import.meta.url), [data], {
      // Not the test runner's.
      execArgv: [],
      env: { PATH: process.env['PATH'] },
    })
    const { url, address } = await new Promise<{ url: string; address: string }>(
      (resolve, reject) => {
        child.once('message', (message) => resolve(message as never))
        child.once('exit', (code) => reject(new Error(`the child ended with ${code}`)))
      },
    )
    return { child, url, signing: { pair: DAVE, gateway: address } }
  }
  async function kill(): Promise<void> {
    const gone = new Promise((resolve) => running.child.once('exit', resolve))
    running.child.kill('SIGKILL')
    await gone
  }

  test('goes on with an upload from what was on disk, and the file is whole', async () => {
    const bytes = content(40 << 20, 3)
    const range = (from: number) => ({
      territory: 'default',
      'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
      ...sign(running.signing, 'PUT', '/resume/big'),
    })
    const offset = async (): Promise<number> => {
      const headers = {
        totalsize: String(bytes.length),
        ...sign(running.signing, 'HEAD', '/resume/big'),
      }
      const reply = await ask(`${running.url}/resume/big`, 'HEAD', headers)
      return reply.status === 404 ? 0 : Number(reply.headers.get('upload-offset'))
    }
    const upload = request(`${running.url}/resume/big`, {
      method: 'PUT',
      headers: { ...range(0), 'content-length': bytes.length },
    })
    upload.on('error', () => undefined)
    upload.write(bytes.subarray(0, 36 << 20))
    // A part of it is durable; more has been written and is not.
    const durable = await eventually(async () => {
      const known = await offset()
      return known >= 32 << 20 && known
    })
    await kill()
    running = await start()
    const resumed = await offset()
    assert.ok(resumed >= durable, `${resumed} bytes are left of ${durable}`)
    const last = await ask(
      `${running.url}/resume/big`,
      'PUT',
      range(resumed),
      bytes.subarray(resumed),
    )
    assert.equal(last.status, 200, last.msg)
    const segments = []
    for await (const s of encodeSegments([bytes], { erasure: createReedSolomon(4, 8) })) {
      segments.push({ id: s.id, fragments: s.fragments.map(({ id }) => ({ id })) })
      s.release()
    }
    assert.equal(last.data.fid, layout(bytes.length, segments).fileId)
  })

  test('has forgotten nothing that it had acknowledged, and keeps nothing else', async () => {
    const signed = () => ({ territory: 'default', ...sign(running.signing, 'PUT', '/file') })
    const { data: known } = await ask(`${running.url}/file`, 'PUT', signed(), content(5_000, 4))
    const half = request(`${running.url}/file`, {
      method: 'PUT',
      headers: { 'content-length': 1_000_000, ...signed() },
    })
    half.on('error', () => undefined)
    half.write(content(500_000))
    const status = async () => (await ask(`${running.url}/status`, 'GET')).data
    await eventually(async () => (await status()).uploads.active === 1)
    await kill()
    running = await start()
    // Its chain has begun anew, so that the file has to be declared again, from the spool alone.
    const found = await eventually(async () => {
      const { data } = await ask(`${running.url}/file/metadata/${known.fid}`, 'GET')
      return data.owner && data
    })
    assert.deepEqual([found.state, found.size], ['queued', 5_000])
    const now = await status()
    assert.equal(now.uploads.active, 0)
    // The two files of these tests, and no more.
    assert.equal(now.spool.bytes, (40 << 20) + 5_000)
  })
})
