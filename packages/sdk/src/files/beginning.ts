import type { FileId } from '@cess/bytes'
import { type Layout, MAX_HEADER_BYTES } from '@cess/content'
import { blake3, verifyBlake3Prefix } from '@cess/crypto'
import { fragmentSize, segmentLengths } from '@cess/primitives'
import { SdkError } from '../errors.ts'
import type { GatewayClient } from '../gateway/client.ts'

/**
 * Checks that bytes are how a file begins: with its header every chunk is the file's, since the header's key opens no other.
 * The code is systematic, so the file begins with its first fragment, whose hash the file id stands for.
 * @param head the first 64 KiB of the ciphertext, or all of a shorter one.
 * @throws SdkError WRONG_FILE, GATEWAY_ERROR
 */
export async function checkBeginning(
  gateway: GatewayClient,
  { fileId, fileSize, segments }: Layout,
  head: Uint8Array,
  signal?: AbortSignal,
): Promise<void> {
  const size = fragmentSize(segmentLengths(fileSize)[0]!)
  const root = Uint8Array.fromHex(segments[0]!.fragmentList[0]!)
  if (!(await begins(gateway, fileId, size, root, head, signal)))
    throw new SdkError(
      'WRONG_FILE',
      `What came is not how the file ${fileId} begins: the gateway sent other bytes. Use another gateway.`,
    )
}

async function begins(
  gateway: GatewayClient,
  fid: FileId,
  size: number,
  root: Uint8Array,
  head: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (size <= MAX_HEADER_BYTES) {
    const fragment = new Uint8Array(size)
    fragment.set(head.subarray(0, size))
    return blake3(fragment).toHex() === root.toHex()
  }
  if (head.length < MAX_HEADER_BYTES) return false
  const path = await gateway.beginning(fid, signal)
  return verifyBlake3Prefix(root, size, head.subarray(0, MAX_HEADER_BYTES), path)
}
