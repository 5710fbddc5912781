import type { Layout } from '@cess/content'
import { createBlake3Stream } from '@cess/crypto'
import { DATA_FRAGMENTS, fragmentSize, segmentLengths } from '@cess/primitives'
import { SdkError } from '../errors.ts'

/** Checks a whole ciphertext, as it comes, against what its file id stands for. */
export interface LayoutCheck {
  /** The next bytes. @throws SdkError WRONG_FILE */
  update(bytes: Uint8Array): Promise<void>
  /** After the last byte. @throws SdkError WRONG_FILE */
  finish(): Promise<void>
}

interface Part {
  readonly id: string
  /** Ciphertext bytes in the fragment, and the zeros behind them. */
  readonly bytes: number
  readonly padding: number
}

/** The data fragments in the order of the ciphertext. */
function* dataFragments({ fileSize, segments }: Layout): Generator<Part> {
  for (const [i, length] of segmentLengths(fileSize).entries()) {
    const size = fragmentSize(length)
    for (let f = 0; f < DATA_FRAGMENTS; f++) {
      const bytes = Math.min(size, Math.max(0, length - f * size))
      yield { id: segments[i]!.fragmentList[f]!, bytes, padding: size - bytes }
    }
  }
}

const wrong = (fid: string): SdkError =>
  new SdkError(
    'WRONG_FILE',
    `What came is not the file ${fid}: the gateway sent other bytes. Use another gateway.`,
  )

/**
 * The code is systematic: the first four fragments of a segment are the ciphertext itself, so their ids in the layout,
 * which the file id commits to, check every byte. It keeps a gateway from answering with another file of the same owner.
 */
export async function createLayoutCheck(layout: Layout): Promise<LayoutCheck> {
  const parts = dataFragments(layout)
  let part = parts.next().value
  let left = part?.bytes ?? 0
  let hasher = await createBlake3Stream()

  async function close(): Promise<void> {
    while (part && left === 0) {
      if (part.padding > 0) hasher.update(new Uint8Array(part.padding))
      if (hasher.digest().toHex() !== part.id) throw wrong(layout.fileId)
      part = parts.next().value
      left = part?.bytes ?? 0
      hasher = await createBlake3Stream()
    }
  }
  return {
    async update(bytes) {
      for (let at = 0; at < bytes.length; ) {
        if (!part) throw wrong(layout.fileId)
        const some = bytes.subarray(at, at + left)
        hasher.update(some)
        at += some.length
        left -= some.length
        if (left === 0) await close()
      }
    },
    async finish() {
      await close()
      if (part) throw wrong(layout.fileId)
    },
  }
}
