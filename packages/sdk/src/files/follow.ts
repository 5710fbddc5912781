import type { Ciphertext } from './ciphertext.ts'

/** A ciphertext that someone reads along while it is uploaded, so that it is encrypted once for both. */
export interface Followed {
  /** What to upload. */
  readonly ciphertext: Ciphertext
  /** All bytes from the first, once: those of the upload as far as it goes straight on. A piece is void when the next is asked for. */
  bytes(): AsyncGenerator<Uint8Array, void>
  /** Nothing more will be uploaded: what is left of `bytes` is made for its reader alone. */
  finish(): void
}

interface Handed {
  readonly piece: Uint8Array
  taken(): void
}

/**
 * The upload waits until the reader has taken each piece, and the reader until the upload has the next one. When the
 * upload jumps ahead (it goes on where an earlier one ended), the reader reads by itself from there on.
 */
export function follow(source: Ciphertext): Followed {
  let position = 0
  let alone = false
  let handed: Handed | undefined
  let wake: (() => void) | undefined

  function separate(): void {
    alone = true
    handed?.taken()
    handed = undefined
    wake?.()
  }
  const hand = (piece: Uint8Array): Promise<void> =>
    new Promise((taken) => {
      handed = { piece, taken }
      wake?.()
    })

  return {
    finish: separate,
    ciphertext: {
      ...source,
      async *from(offset) {
        if (offset > position) separate()
        let at = offset
        for await (const piece of source.from(offset)) {
          const end = at + piece.length
          if (!alone && end > position) await hand(piece.subarray(position - at))
          at = end
          yield piece
        }
      },
    },
    async *bytes() {
      let taken: (() => void) | undefined
      try {
        while (!alone && position < source.total) {
          if (!handed) {
            await new Promise<void>((resolve) => {
              wake = resolve
            })
            continue
          }
          const { piece } = handed
          taken = handed.taken
          handed = undefined
          position += piece.length
          yield piece
          taken()
        }
        if (position < source.total) yield* source.from(position)
      } finally {
        // A reader that stops early must not hold the upload up.
        taken?.()
        separate()
      }
    },
  }
}
