import type { Fetch } from '../../src/index.ts'
import type { TestGateway } from './gateway.ts'

/** A body that cannot be made breaks the request off, as it does in Node.js. */
async function bytesOf(body: unknown): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body.slice()
  const parts: Uint8Array[] = []
  try {
    for await (const part of (body ?? []) as AsyncIterable<Uint8Array>) parts.push(part.slice())
  } catch (cause) {
    throw new TypeError('fetch failed', { cause })
  }
  return new Uint8Array(Buffer.concat(parts))
}

/** Breaks off after some bytes, as a connection does. */
function bodyOf(bytes: Uint8Array, cut: number | undefined): ReadableStream<Uint8Array> {
  let at = 0
  const end = Math.min(cut ?? bytes.length, bytes.length)
  return new ReadableStream({
    pull(controller) {
      if (at < end) {
        controller.enqueue(bytes.slice(at, Math.min(end, at + 50_000)))
        at = Math.min(end, at + 50_000)
      } else if (cut !== undefined) controller.error(new TypeError('terminated'))
      else controller.close()
    },
  })
}

/** `fetch` that goes to a gateway of a test without a socket. */
export const fetchOf =
  ({ handle }: Pick<TestGateway, 'handle'>): Fetch =>
  async (url, init) => {
    init.signal?.throwIfAborted()
    const { pathname, search } = new URL(url)
    const headers = Object.fromEntries(new Headers(init.headers))
    const answer = await handle({
      method: init.method ?? 'GET',
      path: pathname + search,
      headers,
      body: await bytesOf(init.body),
    })
    init.signal?.throwIfAborted()
    if (answer.status === 0) throw new TypeError('fetch failed')
    return new Response(bodyOf(answer.body, answer.cut) as never, {
      status: answer.status,
      headers: answer.headers,
    })
  }
