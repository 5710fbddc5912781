import { fromHex } from '@cess/bytes'
import { type KeyPair, ss58Encode } from '@cess/crypto'
import { systemClock, systemRandom } from '@cess/ports'

export interface Signing {
  readonly pair: KeyPair
  /** SS58 address of the gateway. */
  readonly gateway: string
}

/** Headers of the strict form for one request. */
export function sign(
  { pair, gateway }: Signing,
  method: string,
  path: string,
  { time = systemClock.now(), nonce = systemRandom.bytes(16).toHex() } = {},
): Record<string, string> {
  const message = `cess-gateway/1 ${method} ${path} ${time} ${nonce} ${gateway}`
  return {
    account: ss58Encode(pair.publicKey),
    message,
    signature: pair.sign(Buffer.from(message)).toHex(),
  }
}

export interface Reply {
  readonly status: number
  readonly code: number
  readonly msg: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it
  readonly data: any
  readonly headers: Headers
}

/** Any request whose answer is JSON. */
export async function ask(
  url: string,
  method: string,
  headers: Record<string, string> = {},
  body?: Uint8Array | AsyncIterable<Uint8Array>,
): Promise<Reply> {
  const response = await fetch(url, {
    method,
    headers,
    ...(body !== undefined && { body: body as never, duplex: 'half' }),
  })
  const text = method === 'HEAD' ? '{}' : await response.text()
  return { status: response.status, headers: response.headers, ...JSON.parse(text || '{}') }
}

/** Uploads the way the SDK and the CLI do. */
export async function put(
  base: string,
  signing: Signing,
  path: string,
  body: Uint8Array,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const bare = path.split('?')[0]!
  return ask(
    `${base}${path}`,
    'PUT',
    { territory: 'default', ...sign(signing, 'PUT', bare), ...headers },
    body,
  )
}

export async function download(
  url: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Headers; bytes: Uint8Array }> {
  const response = await fetch(url, { headers })
  return {
    status: response.status,
    headers: response.headers,
    bytes: new Uint8Array(await response.arrayBuffer()),
  }
}

/** Bytes that look random, and are the same every time. */
export function content(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length)
  let x = (seed * 2654435761) >>> 0 || 1
  const words = new Uint32Array(bytes.buffer, 0, length >> 2)
  for (let i = 0; i < words.length; i++) {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    words[i] = x
  }
  for (let i = words.length * 4; i < length; i++) bytes[i] = (i * 31 + seed) & 255
  return bytes
}

export const account = (hex: string): string => ss58Encode(fromHex(hex))
