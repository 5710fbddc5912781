import { type AccountId, type FileId, type Hash, isFileId, isHex } from '@cess/bytes'
import type { Layout } from '@cess/content'
import type { KeyPair } from '@cess/crypto'
import type { Clock, Random } from '@cess/ports'
import { type ShareAnswer, type ShareRequest, shareAnswer, shareRequest } from '@cess/proxy'
import { decode, encode } from '@cess/scale'
import { parseAddress } from '../account/account.ts'
import { SdkError } from '../errors.ts'
import { GatewayRefused } from './failure.ts'
import { dataOf, type Fetch, refusal, request } from './http.ts'
import { layoutOf } from './layout.ts'
import { signRequest } from './sign.ts'

export interface GatewayOptions {
  /** `http://` or `https://` address. */
  readonly url: string
  readonly clock: Clock
  readonly random: Random
  readonly fetch?: Fetch
  /**
   * Whether `fetch` sends a body while it is being made, as that of Node.js does; browsers cannot over HTTP/1. Uploads
   * then hold a few chunks in memory where they hold whole pieces else, and encrypt while they send.
   */
  readonly streams?: boolean
}

/** Bytes of an upload. `open` gives exactly `length` bytes each time that it is called. */
export interface UploadPart {
  readonly offset: number
  readonly length: number
  open(): AsyncIterable<Uint8Array>
}

/** Who a gateway says that it is. Whether the chain agrees is to be asked of the chain. */
export interface GatewayVersion {
  readonly account: AccountId
  readonly address: string
  readonly genesisHash: Hash
  readonly version: string
}

/** What identifies a resumable upload at the gateway, with the account. */
export interface UploadTarget {
  /** Public name: 1 to 63 characters that need no encoding. */
  readonly name: string
  /** Bytes of the whole ciphertext. */
  readonly total: number
  readonly territory: string
  readonly bucket?: string | undefined
}

/** How an upload stands: it goes on at `offset`, or the gateway has all of it. */
export type UploadProgress =
  | { readonly done: false; readonly offset: number }
  | { readonly done: true; readonly fid: FileId }

/** What a gateway knows of a file. */
export interface FileMetadata {
  readonly layout: Layout
  readonly state: string
  /** Why it does not go on, when the gateway gave up. */
  readonly failed: string | undefined
}

/** The HTTP interface of a gateway (README of @cess/gateway). Each method is one request, but for a wrong clock. */
export interface GatewayClient {
  readonly url: string
  version(signal?: AbortSignal): Promise<GatewayVersion>
  /** How far an upload is. 0 when nothing of it is there. */
  uploadProgress(pair: KeyPair, target: UploadTarget, signal?: AbortSignal): Promise<UploadProgress>
  /** Sends the bytes from `offset`. @throws GatewayRefused */
  uploadPiece(
    pair: KeyPair,
    target: UploadTarget,
    piece: { readonly offset: number; readonly bytes: Uint8Array },
    signal?: AbortSignal,
  ): Promise<UploadProgress>
  /** The same with bytes that are made while they are sent; undefined when `fetch` cannot. What `open` throws comes through. */
  readonly uploadStream:
    | ((
        pair: KeyPair,
        target: UploadTarget,
        part: UploadPart,
        signal?: AbortSignal,
      ) => Promise<UploadProgress>)
    | undefined
  /** Ciphertext of a file from `offset`, `length` bytes at most, and how long the file is. */
  download(
    fid: FileId,
    range: { readonly offset: number; readonly length: number },
    signal?: AbortSignal,
  ): Promise<{ readonly total: number; readonly stream: ReadableStream<Uint8Array<ArrayBuffer>> }>
  /** Its layout is checked against the file id. @throws GatewayRefused FILE_NOT_FOUND, ContentError CORRUPT */
  metadata(fid: FileId, signal?: AbortSignal): Promise<FileMetadata>
  /** Chaining values (BLAKE3) from the first 64 KiB of a file to its first fragment's hash. Proves itself: see `checkBeginning`. */
  beginning(fid: FileId, signal?: AbortSignal): Promise<Uint8Array[]>
  /** Takes a request of a share to a proxy. What comes is checked by `openShared`. @throws GatewayRefused NO_SHARE, UNAVAILABLE */
  share(proxy: AccountId, request: ShareRequest, signal?: AbortSignal): Promise<ShareAnswer>
  /** Numbers of works near what ISCC units say (128 bits or more each). `searchWorks` checks them. @throws GatewayRefused BAD_REQUEST, BUSY */
  searchRights(units: readonly string[], signal?: AbortSignal): Promise<number[]>
  /** `undefined` when it can take uploads, or why not. */
  trouble(signal?: AbortSignal): Promise<string | undefined>
}

const strange = (what: string): SdkError =>
  new SdkError(
    'GATEWAY_ERROR',
    `The gateway's answer cannot be used: ${what}. Use another gateway.`,
  )

function baseOf(url: string): string {
  try {
    const parsed = new URL(url)
    if (!/^https?:$/.test(parsed.protocol) || parsed.search || parsed.hash) throw new RangeError()
    return parsed.href.replace(/\/+$/, '')
  } catch {
    throw new SdkError(
      'UNREACHABLE',
      `"${url.slice(0, 200)}" is no address of a gateway. Write it as http://HOST:PORT.`,
    )
  }
}

export function createGatewayClient(options: GatewayOptions): GatewayClient {
  const { clock, random, fetch = globalThis.fetch } = options
  const url = baseOf(options.url)
  /** What our clock lacks to the gateway's, once it has told. */
  let skew = 0
  let known: Promise<GatewayVersion> | undefined

  const send = (path: string, init: RequestInit, signal?: AbortSignal): Promise<Response> =>
    request(fetch, url, path, { ...init, ...(signal && { signal }) })

  async function askVersion(signal?: AbortSignal): Promise<GatewayVersion> {
    const data = await dataOf(await send('/version', {}, signal))
    const { account, genesisHash, version } = data
    if (typeof account !== 'string' || !isHex(genesisHash, 32)) throw strange('GET /version')
    return {
      account: parseAddress(account),
      address: account,
      genesisHash: genesisHash as Hash,
      version: String(version),
    }
  }
  const version = (signal?: AbortSignal): Promise<GatewayVersion> => {
    known ??= askVersion(signal).catch((error: unknown) => {
      known = undefined
      throw error
    })
    return known
  }

  /** A signed request; when the gateway's clock is another, once more with its time. */
  async function signed(
    pair: KeyPair,
    path: string,
    init: RequestInit & { readonly method: string; readonly headers?: Record<string, string> },
    signal: AbortSignal | undefined,
    body?: MakeBody,
  ): Promise<Response> {
    const gateway = (await version(signal)).address
    for (let attempt = 1; ; attempt++) {
      const { method } = init
      const time = clock.now() + skew
      const headers = {
        ...init.headers,
        ...signRequest(pair, { method, path, gateway, time, random }),
      }
      const response = await send(path, { ...init, ...body?.(), headers }, signal)
      if (response.status !== 401) return response
      const error = await refusal(response)
      const now = error instanceof GatewayRefused ? error.data['now'] : undefined
      if (typeof now !== 'number' || attempt > 1) throw error
      skew = now - clock.now()
    }
  }

  async function upload(
    pair: KeyPair,
    { name, total, territory, bucket }: UploadTarget,
    range: string,
    signal: AbortSignal | undefined,
    body?: MakeBody,
    more?: Readonly<Record<string, string>>,
  ): Promise<UploadProgress> {
    const headers: Record<string, string> = {
      ...more,
      'content-range': `bytes ${range}/${total}`,
      // Header values are bytes; fetch takes them as latin1.
      territory: latin1(territory),
      ...(bucket !== undefined && { bucket: latin1(bucket) }),
    }
    const init = { method: 'PUT', headers }
    const response = await signed(pair, `/resume/${name}`, init, signal, body)
    const { status } = response
    const { fid, offset } = await dataOf(response)
    if (status !== 308 && isFileId(fid)) return { done: true, fid }
    if (status !== 308 || !Number.isSafeInteger(offset)) throw strange('PUT /resume')
    return { done: false, offset: offset as number }
  }

  return {
    url,
    version,
    uploadProgress: (pair, target, signal) => upload(pair, target, '*', signal),
    uploadPiece: (pair, target, { offset, bytes }, signal) =>
      upload(pair, target, rangeOf(offset, bytes.length), signal, () => ({
        body: bytes as Uint8Array<ArrayBuffer>,
      })),
    uploadStream: options.streams
      ? async (pair, target, { offset, length, open }, signal) => {
          let failure: unknown
          async function* guarded(): AsyncGenerator<Uint8Array, void> {
            try {
              yield* open()
            } catch (error) {
              failure = error
              throw error
            }
          }
          // An iterable is what Node.js takes beyond the standard, as it does this header.
          const body: MakeBody = () => ({ body: guarded() as never, duplex: 'half' })
          const size = { 'content-length': String(length) }
          try {
            return await upload(pair, target, rangeOf(offset, length), signal, body, size)
          } catch (error) {
            throw failure ?? error
          }
        }
      : undefined,
    async download(fid, { offset, length }, signal) {
      const headers = { range: `bytes=${offset}-${offset + length - 1}` }
      const response = await send(`/file/download/${fid}`, { headers }, signal)
      if (response.status >= 400) throw await refusal(response)
      const range = /^bytes (\d{1,15})-\d{1,15}\/(\d{1,15})$/.exec(
        response.headers.get('content-range') ?? '',
      )
      if (response.status !== 206 || !range || Number(range[1]) !== offset || !response.body)
        throw strange(`GET /file/download with status ${response.status}`)
      return { total: Number(range[2]), stream: response.body }
    },
    async metadata(fid, signal) {
      const data = await dataOf(await send(`/file/metadata/${fid}`, {}, signal))
      const job = data['gateway'] as { state?: unknown; trouble?: unknown } | undefined
      return {
        layout: layoutOf(fid, data),
        state: String(data['state']),
        failed: job?.state === 'failed' ? String(job.trouble ?? 'it gave up') : undefined,
      }
    },
    async beginning(fid, signal) {
      const { path } = await dataOf(await send(`/file/beginning/${fid}`, {}, signal))
      if (!Array.isArray(path) || path.length > 32 || !path.every(isValue))
        throw strange('GET /file/beginning')
      return path.map((value: string) => Uint8Array.fromHex(value))
    },
    async share(proxy, request, signal) {
      const body = encode(shareRequest, request) as Uint8Array<ArrayBuffer>
      const { answer } = await dataOf(
        await send(`/share/${proxy}`, { method: 'POST', body }, signal),
      )
      try {
        return decode(shareAnswer, Uint8Array.fromHex(String(answer).slice(0, 1024)))
      } catch {
        throw strange('POST /share')
      }
    },
    async searchRights(units, signal) {
      const query = units.map((unit) => `iscc=${encodeURIComponent(unit)}`).join('&')
      const { works } = await dataOf(await send(`/rights/search?${query}`, {}, signal))
      if (!Array.isArray(works) || works.length > MAX_WORKS) throw strange('GET /rights/search')
      return works.map((found: { readonly work?: { readonly id?: unknown } } | null) => {
        const id = found?.work?.id
        if (!Number.isInteger(id) || (id as number) < 0) throw strange('GET /rights/search')
        return id as number
      })
    },
    async trouble(signal) {
      const response = await send('/health', {}, signal)
      if (response.status < 400) return undefined
      return (await refusal(response)).message
    },
  }
}

/** Works that one search finds at most. */
const MAX_WORKS = 100

/** Makes a body for each time that a request is sent. */
type MakeBody = () => Pick<RequestInit, 'body' | 'duplex'>

const rangeOf = (offset: number, length: number): string => `${offset}-${offset + length - 1}`

const isValue = (value: unknown): value is string =>
  typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)

const latin1 = (text: string): string => String.fromCharCode(...new TextEncoder().encode(text))
