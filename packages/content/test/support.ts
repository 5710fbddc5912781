import assert from 'node:assert/strict'
import { concat } from '@cess/bytes'
import { SeededRandom } from '@cess/ports'
import type { EncryptOptions } from '../src/index.ts'
import { ContentError, type ContentErrorCode, contentSecretOf, encrypt } from '../src/index.ts'

export const contentSecret = contentSecretOf(new Uint8Array(32).fill(1))
export const otherSecret = contentSecretOf(new Uint8Array(32).fill(2))

/** Bytes that do not repeat with any period that matters here, quickly. */
export function pattern(length: number, seed = 1): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4))
  let x = seed >>> 0 || 1
  for (let i = 0; i < words.length; i++) {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    words[i] = x
  }
  return new Uint8Array(words.buffer, 0, length)
}

export async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size)
}

export const collect = async (source: AsyncIterable<Uint8Array>): Promise<Uint8Array> =>
  concat(...(await Array.fromAsync(source)))

export const describe = (
  more: Partial<EncryptOptions> & { readonly length?: number } = {},
): EncryptOptions => ({
  contentSecret,
  random: new SeededRandom(7),
  manifest: { name: 'a.bin', ...(more.length !== undefined && { length: more.length }) },
  ...(more.source && { source: more.source }),
  ...(more.random && { random: more.random }),
  ...(more.manifest && { manifest: more.manifest }),
})

export const encryptBytes = (plain: Uint8Array, options = describe()): Promise<Uint8Array> =>
  collect(encrypt([plain], options).stream)

/** Expects a ContentError with one of these codes, whose message is a sentence. */
export async function fails(
  run: () => unknown,
  ...codes: readonly ContentErrorCode[]
): Promise<void> {
  try {
    await run()
  } catch (error) {
    assert.ok(error instanceof ContentError, String(error))
    assert.ok(codes.includes(error.code), `${error.code}: ${error.message}`)
    assert.match(error.message, /^[A-Z0-9].* .*\.$/s)
    return
  }
  assert.fail(`expected ${codes.join(' or ')}`)
}
