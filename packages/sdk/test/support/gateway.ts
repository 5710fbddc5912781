import { type AccountId, type FileId, fileId, toHex, utf8 } from '@cess/bytes'
import { encodeSegments, type Layout, layout } from '@cess/content'
import { blake3PrefixPath, sr25519Verify, ss58Decode, ss58Encode } from '@cess/crypto'
import { createReedSolomon } from '@cess/erasure'
import type { Clock } from '@cess/ports'
import { fragmentSize, segmentLengths } from '@cess/primitives'
import { GATEWAY, GENESIS, type TestChain } from './chain.ts'

export interface GatewayRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
}
export interface GatewayAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** Bytes of the body after which the connection breaks. */
  readonly cut?: number | undefined
}

interface Session {
  readonly bytes: Uint8Array
  offset: number
  fid?: FileId
}
interface HeldFile {
  readonly bytes: Uint8Array
  readonly layout: Layout
}

const WINDOW_MS = 5 * 60_000
const erasure = createReedSolomon(4, 8)

class Refusal extends Error {
  readonly status: number
  readonly code: string
  readonly data: Readonly<Record<string, unknown>>
  constructor(status: number, code: string, data: Readonly<Record<string, unknown>> = {}) {
    super(`refused with ${code}`)
    this.status = status
    this.code = code
    this.data = data
  }
}

/**
 * The HTTP interface of a gateway over memory, without HTTP: signed requests, resumable uploads, downloads by range.
 * Files are declared on the test's chain. What goes wrong is up to the test.
 */
export function testGateway(chain: TestChain, clock: Clock) {
  const sessions = new Map<string, Session>()
  const files = new Map<FileId, HeldFile>()
  const nonces = new Set<string>()
  const requests: GatewayRequest[] = []
  const address = ss58Encode(GATEWAY.publicKey)
  const faults = {
    /** Answers instead of the gateway, when it returns something. */
    answer: undefined as ((request: GatewayRequest) => GatewayAnswer | undefined) | undefined,
    /** Bytes of every piece that arrive before the connection breaks, while there are any. */
    cutUploads: [] as number[],
    cutDownloads: [] as number[],
    /** Changes what is sent. */
    tamper: undefined as ((bytes: Uint8Array, fid: FileId) => Uint8Array) | undefined,
    /** Milliseconds that its clock is ahead. */
    skew: 0,
    /** Stores other bytes than were sent. */
    corrupt: false,
  }
  const now = (): number => clock.now() + faults.skew

  const json = (
    status: number,
    data: unknown,
    headers: Readonly<Record<string, string>> = {},
    msg = 'ok',
  ): GatewayAnswer => ({
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: utf8(JSON.stringify({ code: status, msg, data })),
  })

  function signer({ method, path, headers }: GatewayRequest): AccountId {
    const { account, message = '', signature = '' } = headers
    const [form, saidMethod, saidPath, time, nonce = '', gateway] = message.split(' ')
    if (account === undefined || form !== 'cess-gateway/1') throw new Refusal(401, 'UNSIGNED')
    if (Math.abs(now() - Number(time)) > WINDOW_MS)
      throw new Refusal(401, 'EXPIRED', { now: now() })
    if (saidMethod !== method || saidPath !== path.split('?')[0] || gateway !== address)
      throw new Refusal(401, 'FOREIGN')
    if (nonces.has(nonce) || nonce.length < 16) throw new Refusal(401, 'REPLAYED')
    const { bytes } = ss58Decode(account)
    if (!sr25519Verify(Uint8Array.fromHex(signature), utf8(message), bytes))
      throw new Refusal(401, 'BAD_SIGNATURE')
    nonces.add(nonce)
    return toHex(bytes) as AccountId
  }

  async function store(owner: AccountId, name: string, given: Uint8Array, territory: string) {
    const bytes = given.slice()
    if (faults.corrupt) bytes[bytes.length >> 1]! ^= 1
    const segments = []
    for await (const { id, fragments, release } of encodeSegments([bytes], { erasure })) {
      segments.push({ id, fragments: fragments.map((fragment) => ({ id: fragment.id })) })
      release()
    }
    const made = layout(bytes.length, segments)
    const fid = made.fileId
    files.set(fid, { bytes, layout: made })
    const userBrief = {
      user: owner,
      fileName: utf8(name),
      bucketName: new Uint8Array(),
      territoryName: utf8(territory),
    }
    const call = chain.tx.FileBank.upload_declaration({
      fileHash: fid,
      dealInfo: made.segments,
      userBrief,
      fileSize: BigInt(bytes.length),
    })
    chain.submit(GATEWAY, call)
    return fid
  }

  async function resume(request: GatewayRequest, name: string): Promise<GatewayAnswer> {
    const owner = signer(request)
    const range = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+)$/.exec(request.headers['content-range'] ?? '')
    if (!range) throw new Refusal(400, 'BAD_RANGE')
    const total = Number(range[3])
    const id = `${owner}/${name}/${total}`
    const session = sessions.get(id) ?? { bytes: new Uint8Array(total), offset: 0 }
    const progress = () =>
      json(308, { offset: session.offset }, { 'upload-offset': String(session.offset) })
    if (range[1] !== undefined) {
      const from = Number(range[1])
      if (request.body.length !== Number(range[2]) - from + 1) throw new Refusal(400, 'BAD_RANGE')
      if (from > session.offset)
        throw new Refusal(409, 'OFFSET_MISMATCH', { offset: session.offset })
      sessions.set(id, session)
      const cut = faults.cutUploads.shift()
      const taken = request.body.subarray(0, cut ?? request.body.length)
      session.bytes.set(taken, from)
      session.offset = from + taken.length
      if (cut !== undefined) return { status: 0, headers: {}, body: new Uint8Array(), cut: 0 }
    }
    if (session.offset < total) return progress()
    session.fid ??= await store(owner, name, session.bytes, request.headers['territory'] ?? '')
    return json(200, { fid: session.fid, size: total, state: 'queued' })
  }

  function held(fid: FileId): HeldFile {
    const file = files.get(fid)
    if (!file) throw new Refusal(404, 'FILE_NOT_FOUND')
    return file
  }
  function download({ headers }: GatewayRequest, fid: FileId): GatewayAnswer {
    const { bytes: stored } = held(fid)
    const bytes = faults.tamper?.(stored.slice(), fid) ?? stored
    const range = /^bytes=(\d+)-(\d+)$/.exec(headers['range'] ?? '')
    if (!range) return { status: 200, headers: {}, body: bytes }
    const [from, to] = [Number(range[1]), Math.min(Number(range[2]), bytes.length - 1)]
    if (from > to) throw new Refusal(416, 'RANGE_NOT_SATISFIABLE')
    return {
      status: 206,
      headers: { 'content-range': `bytes ${from}-${to}/${bytes.length}` },
      body: bytes.subarray(from, to + 1),
      // The first piece is where the header is.
      cut: from > 0 ? faults.cutDownloads.shift() : undefined,
    }
  }
  function metadata(fid: FileId): GatewayAnswer {
    const { layout: made } = held(fid)
    const segments = made.segments.map(({ hash, fragmentList }) => ({
      id: hash,
      fragments: fragmentList,
    }))
    return json(200, { fid, size: made.fileSize, state: 'stored', segments })
  }

  /** As the real one does: from the bytes that it has. */
  function beginning(fid: FileId): GatewayAnswer {
    const { bytes, layout: made } = held(fid)
    const size = fragmentSize(segmentLengths(made.fileSize)[0]!)
    const fragment = new Uint8Array(size)
    fragment.set(bytes.subarray(0, size))
    const path = blake3PrefixPath(fragment, 64 << 10).map((value) => value.toHex())
    return json(200, { bytes: 64 << 10, path })
  }

  async function route(request: GatewayRequest): Promise<GatewayAnswer> {
    const { method, path } = request
    const [, first, second, third] = path.split('?')[0]!.split('/')
    if (path === '/version')
      return json(200, { version: 'test', account: address, genesisHash: GENESIS })
    if (path === '/health') return json(200, { ready: true })
    if (method === 'PUT' && first === 'resume') return resume(request, second!)
    if (first === 'file' && second === 'download') return download(request, fileId(third!))
    if (first === 'file' && second === 'beginning') return beginning(fileId(third!))
    if (first === 'file' && second === 'metadata') return metadata(fileId(third!))
    throw new Refusal(404, 'NO_SUCH_ROUTE')
  }

  async function handle(request: GatewayRequest): Promise<GatewayAnswer> {
    requests.push(request)
    try {
      return faults.answer?.(request) ?? (await route(request))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const { status, code, data } = error
      return json(status, { error: code, ...data }, {}, `The test's gateway says ${code}.`)
    }
  }
  return { handle, faults, files, sessions, requests, address, json }
}
export type TestGateway = ReturnType<typeof testGateway>
