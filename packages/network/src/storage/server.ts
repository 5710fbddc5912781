import type { FileId } from '@cess/bytes'
import { FRAGMENTS } from '@cess/primitives'
import { type Codec, decode, encode } from '@cess/scale'
import type { Network, StreamLimits } from '../api.ts'
import type { FrameStream } from '../frames.ts'
import { expectFrame, have, ok, receiveData, refused, sendData } from './data.ts'
import {
  type GetRequest,
  getRequest,
  MAX_FRAGMENT,
  MAX_PARAMS,
  MAX_SHARE,
  MAX_TAGS,
  type PutHeader,
  putHeader,
  type Receipt,
  receipt,
  receiptRequest,
  STORAGE_PROTOCOL,
  StorageRefusal,
  type TagsHeader,
  tagsHeader,
} from './messages.ts'

/** Memory for the data of one fragment. */
export interface FragmentSpace {
  /** As many bytes as the fragment has. */
  readonly bytes: Uint8Array
  /** Called once, when nobody reads or writes the bytes any more. */
  free(): void
}

/** What a node does for storage clients. A handler says no by throwing StorageRefusal. */
export interface StorageHandlers {
  /** Before data comes: 'have' ends the exchange at once, else where the data is to go. */
  offered?(peer: string, header: PutHeader): Promise<'have' | 'send' | FragmentSpace>
  /** Checks that `data` hashes to `header.fragmentId` and keeps it. */
  put?(peer: string, header: PutHeader, data: Uint8Array): Promise<void>
  receipt?(peer: string, fileId: FileId): Promise<Receipt>
  tags?(peer: string, header: TagsHeader, tags: Uint8Array): Promise<void>
  /** Exactly `length` bytes from `offset`, in memory that is freed when the client has them. */
  get?(peer: string, request: GetRequest): Promise<FragmentSpace>
  /** Prover parameters by their hash. */
  params?(peer: string, hash: Uint8Array): Promise<Uint8Array>
  /** A share, encoded, for an encoded request of one. */
  share?(peer: string, request: Uint8Array): Promise<Uint8Array>
}

const LIMITS: StreamLimits = { perPeerConcurrent: 8, perPeerPerSecond: 64 }
/** A fragment in memory waits so long for its reader: 70 KB a second are fast enough. */
const GET_MS = 120_000

function parse<T>(codec: Codec<T>, frame: Uint8Array): T {
  try {
    return decode(codec, frame)
  } catch {
    throw new StorageRefusal('Invalid', 'the request could not be decoded')
  }
}

async function puts(h: StorageHandlers, peer: string, stream: FrameStream): Promise<void> {
  for (;;) {
    const frame = await stream.read()
    if (!frame) return
    const header = parse(putHeader, frame)
    const fits = header.size > 0 && header.size <= MAX_FRAGMENT
    if (!fits || header.index < 1 || header.index > FRAGMENTS)
      throw new StorageRefusal('Invalid', 'no such fragment: bad size or column')
    // Each exchange ends in a refusal of its own, so that one bad fragment costs only itself.
    let answer: 'have' | 'send' | FragmentSpace
    try {
      answer = (await h.offered?.(peer, header)) ?? 'send'
    } catch (error) {
      await stream.write(refused(error))
      continue
    }
    if (answer === 'have') await stream.write(have)
    else await take(h, peer, stream, header, answer === 'send' ? ownSpace(header.size) : answer)
  }
}

const ownSpace = (size: number): FragmentSpace => ({ bytes: new Uint8Array(size), free() {} })

/** Receives what was offered and hands it over. */
async function take(
  h: StorageHandlers,
  peer: string,
  stream: FrameStream,
  header: PutHeader,
  { bytes, free }: FragmentSpace,
): Promise<void> {
  try {
    await stream.write(ok())
    await stream.readInto(bytes)
    const put = h.put as NonNullable<typeof h.put>
    const answer = await put(peer, header, bytes).then(() => ok(), refused)
    await stream.write(answer)
  } finally {
    free()
  }
}

async function tags(h: StorageHandlers, peer: string, stream: FrameStream): Promise<void> {
  const header = parse(tagsHeader, await expectFrame(stream))
  if (header.size > MAX_TAGS) throw new StorageRefusal('Invalid', 'more tags than a fragment has')
  const data = await receiveData(stream, new Uint8Array(header.size))
  await h.tags?.(peer, header, data)
  await stream.write(ok())
}

async function get(h: StorageHandlers, peer: string, stream: FrameStream): Promise<void> {
  const request = parse(getRequest, await expectFrame(stream))
  if (request.length < 1 || request.offset + request.length > MAX_FRAGMENT)
    throw new StorageRefusal('Invalid', 'the range is not inside a fragment')
  const { bytes, free } = await (h.get as NonNullable<typeof h.get>)(peer, request)
  try {
    if (bytes.length !== request.length)
      throw new StorageRefusal('NotFound', 'the fragment does not reach that far')
    await stream.write(ok())
    await sendData(stream, bytes)
    await stream.close()
    // They are sent from where they are: the memory is in use until the client ends its side, which says that it has them.
    await stream.read()
  } finally {
    free()
  }
}

/** Serves the storage protocols for which there are handlers. */
export function storageServer(network: Network, h: StorageHandlers): void {
  type Exchange = (h: StorageHandlers, peer: string, stream: FrameStream) => Promise<void>
  const serve = (protocol: string, exchange: Exchange, limits = LIMITS): void =>
    network.serveStream(protocol, limits, async (peer, stream) => {
      try {
        await exchange(h, peer, stream)
      } catch (error) {
        await stream.write(refused(error))
      }
    })
  if (h.put) serve(STORAGE_PROTOCOL.put, puts)
  if (h.tags) serve(STORAGE_PROTOCOL.tags, tags)
  if (h.get) serve(STORAGE_PROTOCOL.get, get, { ...LIMITS, maxMs: GET_MS })
  const answer = (
    protocol: string,
    run: (peer: string, request: Uint8Array) => Promise<Uint8Array>,
    maxRequest = 64,
  ): void =>
    network.serve(
      protocol,
      { ...LIMITS, maxRequest, maxResponse: MAX_PARAMS + 16 },
      (peer, request) => run(peer, request).then(ok, refused),
    )
  const { receipt: sign, params, share } = h
  if (sign)
    answer(STORAGE_PROTOCOL.receipt, async (peer, request) =>
      encode(receipt, await sign(peer, parse(receiptRequest, request).fileId)),
    )
  if (share) answer(STORAGE_PROTOCOL.share, share, MAX_SHARE)
  if (params)
    answer(STORAGE_PROTOCOL.params, async (peer, hash) => {
      if (hash.length !== 32) throw new StorageRefusal('Invalid', 'not a 32-byte hash')
      return params(peer, hash)
    })
}
