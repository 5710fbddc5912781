import type { ChainClient } from '@cess/sdk'

/** Yields after each final block, once for all that came while the last one was looked at. Throws the signal's reason. */
export async function* finalBlocks(
  chain: Pick<ChainClient, 'follow'>,
  signal: AbortSignal,
): AsyncGenerator<void, void> {
  let came = false
  let wake: (() => void) | undefined
  const end = chain.follow(() => {
    came = true
    wake?.()
  })
  const stop = (): void => wake?.()
  signal.addEventListener('abort', stop)
  try {
    for (;;) {
      while (!came && !signal.aborted)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      signal.throwIfAborted()
      came = false
      yield
    }
  } finally {
    signal.removeEventListener('abort', stop)
    end()
  }
}
