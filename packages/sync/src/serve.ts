import type { Hash } from '@cess/bytes'
import {
  BLOCK_FIELDS,
  type BlockData,
  type BlockRequest,
  decodeBlockRequest,
  encodeBlockResponse,
} from '@cess/network'
import type { Clock } from '@cess/ports'
import { header as headerCodec } from '@cess/primitives'
import { bytes, encode } from '@cess/scale'
import type { SyncChain } from './api.ts'
import type { Cost } from './costs.ts'
import { writeJustification } from './wire.ts'

/** Bounds of one response (sdk: block_request_handler.rs). */
const MAX_BLOCKS = 128
const MAX_BYTES = 8 << 20
/** How often a peer may ask for the same within `SAME_MS`. */
const MAX_SAME = 4
const SAME_MS = 60_000
const MAX_REMEMBERED = 4096

function blockData(chain: SyncChain, hash: Hash, fields: number): BlockData | undefined {
  const header = chain.header(hash)
  if (!header) return undefined
  const body = fields & BLOCK_FIELDS.body ? chain.body(hash) : undefined
  // Better no block than one without the body that was asked for.
  if (fields & BLOCK_FIELDS.body && !body) return undefined
  const proof = fields & BLOCK_FIELDS.justification ? chain.justification(hash) : undefined
  return {
    hash,
    ...(fields & BLOCK_FIELDS.header && { header: encode(headerCodec, header) }),
    ...(body && { body: body.map((extrinsic) => encode(bytes, extrinsic)) }),
    ...(proof && { justifications: writeJustification(proof) }),
  }
}

const sizeOf = ({ header, body = [], justifications }: BlockData): number =>
  64 +
  (header?.length ?? 0) +
  (justifications?.length ?? 0) +
  body.reduce((sum, extrinsic) => sum + extrinsic.length + 8, 0)

/** Hashes in the order asked for: down by parents, up along the best chain. */
function* hashes(chain: SyncChain, { from, direction }: BlockRequest): Generator<Hash> {
  let hash = typeof from === 'number' ? chain.hashAt(from) : from
  for (;;) {
    const header = hash && chain.header(hash)
    if (!hash || !header) return
    yield hash
    if (direction === 'ascending') {
      const next = chain.hashAt(header.number + 1)
      hash = next && chain.header(next)?.parentHash === hash ? next : undefined
    } else if (header.number > 0) hash = header.parentHash
    else return
  }
}

/** Blocks for a request, as many as the bounds allow; at least one when it is here. */
function answer(chain: SyncChain, request: BlockRequest): BlockData[] {
  const max = Math.min(request.max || MAX_BLOCKS, MAX_BLOCKS)
  const blocks: BlockData[] = []
  let size = 0
  for (const hash of hashes(chain, request)) {
    const block = blockData(chain, hash, request.fields)
    if (!block) break
    size += sizeOf(block)
    if (blocks.length > 0 && size > MAX_BYTES) break
    if (blocks.push(block) >= max) break
  }
  return blocks
}

/** The handler of `sync/2`. Rejects requests that are malformed or come too often. */
export function blockServer(deps: {
  readonly chain: SyncChain
  readonly clock: Clock
  charge(peer: string, what: Cost): void
}): (peer: string, request: Uint8Array) => Promise<Uint8Array> {
  const recent = new Map<string, { count: number; since: number }>()
  function isRepeated(peer: string, request: Uint8Array): boolean {
    const key = `${peer} ${request.toHex()}`
    const now = deps.clock.now()
    const known = recent.get(key)
    const entry = known && now - known.since < SAME_MS ? known : { count: 0, since: now }
    entry.count++
    recent.delete(key)
    recent.set(key, entry)
    if (recent.size > MAX_REMEMBERED) recent.delete(recent.keys().next().value!)
    return entry.count > MAX_SAME
  }
  return async (peer, bytesIn) => {
    let request: BlockRequest
    try {
      request = decodeBlockRequest(bytesIn)
    } catch (error) {
      deps.charge(peer, 'badRequest')
      throw error
    }
    if (isRepeated(peer, bytesIn)) {
      deps.charge(peer, 'sameRequest')
      throw new RangeError('the same request too often')
    }
    return encodeBlockResponse(answer(deps.chain, request))
  }
}
