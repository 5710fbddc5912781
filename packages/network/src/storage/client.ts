import type { FileId } from '@cess/bytes'
import { decode, encode } from '@cess/scale'
import type { Network } from '../api.ts'
import type { FrameStream } from '../frames.ts'
import { readReply, receiveData, sendData } from './data.ts'
import {
  getRequest,
  MAX_FRAGMENT,
  MAX_PARAMS,
  type PutHeader,
  putHeader,
  type Receipt,
  receipt,
  receiptRequest,
  reply,
  STORAGE_PROTOCOL,
  StorageRefusal,
  type TagsHeader,
  tagsHeader,
} from './messages.ts'

export interface PutFragment {
  /** `size` must be the length of `data`. */
  readonly header: PutHeader
  readonly data: Uint8Array
}
export interface PutResult {
  readonly fragmentId: FileId
  readonly status: 'stored' | 'have' | 'refused'
  readonly refusal?: StorageRefusal
}

/** Typed calls of the storage protocols. All throw StorageRefusal for a "no", NetworkError else. */
export function storageClient(network: Network) {
  async function exchange<T>(
    peer: string,
    protocol: string,
    signal: AbortSignal | undefined,
    run: (stream: FrameStream) => Promise<T>,
  ): Promise<T> {
    const stream = await network.openStream(peer, protocol, signal)
    const stop = (): void => stream.abort(new Error('given up'))
    signal?.addEventListener('abort', stop, { once: true })
    try {
      const value = await run(stream)
      await stream.close()
      return value
    } catch (error) {
      stream.abort(new Error('exchange failed'))
      signal?.throwIfAborted()
      throw error
    } finally {
      signal?.removeEventListener('abort', stop)
    }
  }

  async function ask(peer: string, protocol: string, payload: Uint8Array): Promise<Uint8Array> {
    const o = { maxResponse: MAX_PARAMS + 16, timeoutMs: 20_000 }
    const answer = decode(reply, await network.request(peer, protocol, payload, o))
    if (answer.type === 'Ok') return answer.value
    if (answer.type === 'Refused') throw new StorageRefusal(answer.value.code, answer.value.message)
    throw new StorageRefusal('Invalid', 'an answer of the wrong kind')
  }

  async function putOne(stream: FrameStream, { header, data }: PutFragment): Promise<PutResult> {
    const { fragmentId } = header
    try {
      await stream.write(encode(putHeader, header))
      if (!(await readReply(stream))) return { fragmentId, status: 'have' }
      await sendData(stream, data)
      await readReply(stream)
      return { fragmentId, status: 'stored' }
    } catch (refusal) {
      if (!(refusal instanceof StorageRefusal)) throw refusal
      return { fragmentId, status: 'refused', refusal }
    }
  }

  return {
    /** Sends fragments over one stream, in order; one result each, refusals included. */
    put: (
      peer: string,
      fragments: AsyncIterable<PutFragment> | Iterable<PutFragment>,
      signal?: AbortSignal,
    ): Promise<PutResult[]> =>
      exchange(peer, STORAGE_PROTOCOL.put, signal, async (stream) => {
        const results: PutResult[] = []
        for await (const fragment of fragments) results.push(await putOne(stream, fragment))
        return results
      }),
    receipt: async (peer: string, fileId: FileId): Promise<Receipt> =>
      decode(
        receipt,
        await ask(peer, STORAGE_PROTOCOL.receipt, encode(receiptRequest, { fileId })),
      ),
    tags: (
      peer: string,
      header: Omit<TagsHeader, 'size'>,
      tags: Uint8Array,
      signal?: AbortSignal,
    ): Promise<void> =>
      exchange(peer, STORAGE_PROTOCOL.tags, signal, async (stream) => {
        await stream.write(encode(tagsHeader, { ...header, size: tags.length }))
        await sendData(stream, tags)
        await readReply(stream)
      }),
    /**
     * A range of a fragment, in `into` when it is given, which must be `length` bytes long; nothing writes to it any more
     * when this settles. The caller checks what it got against the fragment's id.
     */
    get: (
      peer: string,
      fragmentId: FileId,
      o: {
        readonly offset: number
        readonly length: number
        readonly into?: Uint8Array
        readonly signal?: AbortSignal
      },
    ): Promise<Uint8Array> =>
      exchange(peer, STORAGE_PROTOCOL.get, o.signal, async (stream) => {
        if (o.length > MAX_FRAGMENT)
          throw new StorageRefusal('Invalid', 'a fragment is not that large')
        await stream.write(encode(getRequest, { fragmentId, offset: o.offset, length: o.length }))
        await readReply(stream)
        return receiveData(stream, o.into ?? new Uint8Array(o.length))
      }),
    /** A share of a file's capsule, for a request of it: encoded, both. */
    share: (peer: string, request: Uint8Array): Promise<Uint8Array> =>
      ask(peer, STORAGE_PROTOCOL.share, request),
    params: (peer: string, hash: Uint8Array): Promise<Uint8Array> =>
      ask(peer, STORAGE_PROTOCOL.params, hash),
  }
}
export type StorageClient = ReturnType<typeof storageClient>
