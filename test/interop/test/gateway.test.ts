// npm cess-js-sdk-nodejs 0.2.6, unmodified: files through our gateway, on a network of real processes.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type LocalNetwork, startNetwork } from '@cess/localnet/network'
import type { ApiPromise } from '@polkadot/api'

type Answer = Readonly<Record<string, unknown>>
type Instance = Readonly<Record<string, (...args: unknown[]) => Promise<Answer>>>
interface Sdk {
  InitAPI(config: object): Promise<{ api: ApiPromise; keyring: unknown }>
  readonly defaultConfig: { readonly keyringOption: object }
  readonly Authorize: new (api: unknown, keyring: unknown) => Instance
  readonly File: new (api: unknown, keyring: unknown, gateway: string) => Instance
  readonly Territory: new (api: unknown, keyring: unknown) => Instance
}

const SECRET = '//Ferdie'
const POLL_MS = 500
const LIMIT_MS = 120_000
const folder = mkdtempSync(join(tmpdir(), 'cess-interop-'))
let network: LocalNetwork
let api: ApiPromise
let keyring: { createFromUri(uri: string): { address: string } }
let sdk: Sdk
before(async () => {
  network = await startNetwork({
    data: join(folder, 'network'),
    ports: { rpc: 0, p2p: 0, gateway: 0 },
    miners: 12,
    logLevel: 'info',
    progress: () => undefined,
  })
  const listeners = process.listeners('uncaughtException')
  sdk = (await import('cess-js-sdk-nodejs')).default as unknown as Sdk
  const made = await sdk.InitAPI({ ...sdk.defaultConfig, nodeURL: network.rpc })
  // It installs a handler that swallows errors of everybody.
  for (const own of process.listeners('uncaughtException'))
    if (!listeners.includes(own)) process.removeListener('uncaughtException', own)
  api = made.api
  keyring = made.keyring as typeof keyring
})
after(async () => {
  await api?.disconnect()
  await network?.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('a file goes up through the gateway, is stored by the miners, and comes down', async () => {
  const { account } = (
    (await (await fetch(`${network.gateway}/version`)).json()) as { data: { account: string } }
  ).data
  const territory = new sdk.Territory(api, keyring)
  const authorize = new sdk.Authorize(api, keyring)
  const file = new sdk.File(api, keyring, network.gateway)
  assert.equal((await territory['createTerritory']!(SECRET, 'sdk', 1, 30)).msg, 'ok')
  assert.equal((await authorize['authorize']!(SECRET, account)).msg, 'ok')

  const source = join(folder, 'photo.bin')
  writeFileSync(source, randomBytes(3_000_000))
  const sent = await file['uploadFile']!(SECRET, source, 'sdk', () => undefined)
  assert.equal(sent.msg, 'ok', JSON.stringify(sent))
  const { fid } = sent['data'] as { fid: string }
  assert.match(fid, /^[0-9a-f]{64}$/, JSON.stringify(sent))

  // What the chain says of it, asked through the SDK.
  const end = Date.now() + LIMIT_MS
  let known: { owner: { user: string; fileName: string }[]; stat: string } | undefined
  while (known === undefined) {
    assert.ok(Date.now() < end, 'the file was not stored in time')
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    const { msg, data } = await file['queryFileMetadata']!(fid)
    if (msg === 'ok' && data) known = data as NonNullable<typeof known>
  }
  assert.equal(known.stat, 'Active')
  assert.equal(known.owner[0]?.user, keyring.createFromUri(SECRET).address)

  await network.restartGateway('deleted')
  const back = join(folder, 'back')
  await file['downloadFile']!(fid, back)
  assert.ok(readFileSync(back).equals(readFileSync(source)))
})
