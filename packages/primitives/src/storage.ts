import { concat, type FileId, u32le, utf8 } from '@cess/bytes'
import { blake3 } from '@cess/crypto/hashes'
import { encode, type Infer, struct, u128, vec } from '@cess/scale'
import { cessHash } from './accounts.ts'

/** Ciphertext bytes that one segment covers; only the last segment of a file is shorter. */
export const SEGMENT_SIZE = 32 * 1024 * 1024
/** Data and parity fragments of a segment in the default profile: any 4 of 12 restore it. */
export const DATA_FRAGMENTS = 4
export const PARITY_FRAGMENTS = 8
export const FRAGMENTS = DATA_FRAGMENTS + PARITY_FRAGMENTS
/** Fragment sizes are multiples of this. */
export const FRAGMENT_ALIGN = 4096
/** Segments that one file may have (31.25 GiB). */
export const MAX_SEGMENTS = 1000

/** Bytes of each fragment of a segment that covers `segmentBytes` bytes: a quarter, rounded up to 4 KiB, never 0. */
export const fragmentSize = (segmentBytes: number): number =>
  Math.max(1, Math.ceil(segmentBytes / DATA_FRAGMENTS / FRAGMENT_ALIGN)) * FRAGMENT_ALIGN

/** Lengths of the segments of a ciphertext. An empty one still has one segment. */
export function segmentLengths(ciphertextBytes: number): number[] {
  const full = Math.floor(ciphertextBytes / SEGMENT_SIZE)
  const rest = ciphertextBytes % SEGMENT_SIZE
  const lengths = Array.from({ length: full }, () => SEGMENT_SIZE)
  if (rest > 0 || full === 0) lengths.push(rest)
  return lengths
}

/** Disk that a ciphertext of this length takes on all miners together, which is what territory is charged. */
export const storedBytes = (ciphertextBytes: number): number =>
  segmentLengths(ciphertextBytes).reduce((sum, length) => sum + FRAGMENTS * fragmentSize(length), 0)

/** One segment as a deal declares it (CESS's `SegmentList`). Fragment i of every segment goes to the i-th miner of the deal. */
export const segmentList = struct('pallet_file_bank::types::SegmentList', {
  hash: cessHash,
  fragmentList: vec(cessHash, FRAGMENTS),
})
export type SegmentList = Infer<typeof segmentList>

const hexId = (digest: Uint8Array): FileId => digest.toHex() as FileId

/** Fragment id: BLAKE3-256 of its bytes, in hex. */
export const fragmentId = (fragment: Uint8Array): FileId => hexId(blake3(fragment))

/** Segment id: BLAKE3 over a domain, the segment's length and its fragment ids in order. */
export const segmentId = (segmentBytes: number, fragments: readonly FileId[]): FileId =>
  hexId(
    blake3(
      concat(
        utf8('cess/segment/1'),
        u32le(segmentBytes),
        ...fragments.map((id) => Uint8Array.fromHex(id)),
      ),
    ),
  )

const fileIdInput = struct('', { ciphertextBytes: u128, segments: vec(segmentList, MAX_SEGMENTS) })

/** File id: BLAKE3 over a domain and the SCALE of the ciphertext length and all segments with their fragment ids. */
export const fileIdOf = (
  ciphertextBytes: number | bigint,
  segments: readonly SegmentList[],
): FileId =>
  hexId(
    blake3(
      concat(
        utf8('cess/file/1'),
        encode(fileIdInput, { ciphertextBytes: BigInt(ciphertextBytes), segments }),
      ),
    ),
  )

/** What a miner signs when it has stored its column of a deal: domain, genesis hash, file id, index in the deal and own account. */
export const receiptPayload = (
  genesis: Uint8Array,
  file: FileId,
  index: number,
  miner: Uint8Array,
): Uint8Array =>
  concat(utf8('cess/receipt/1'), genesis, Uint8Array.fromHex(file), Uint8Array.of(index), miner)
