import { once } from 'node:events'
import type { Readable } from 'node:stream'
import busboy from 'busboy'
import { GatewayError, reasonOf } from '../errors.ts'

export interface MultipartFile {
  /** What the client calls the file. */
  readonly name: string | undefined
  readonly bytes: AsyncIterable<Uint8Array>
}

const LIMITS = { files: 1, fields: 16, parts: 20, fieldSize: 1024, headerPairs: 32 } as const

const malformed = (why: string): GatewayError =>
  new GatewayError(
    'BAD_REQUEST',
    `The multipart body cannot be used: ${why}. Send the file in a part named "file".`,
  )

/**
 * Finds the part `file` of a multipart body and hands its bytes to `use`; returns what that returns, once the body has
 * come to its proper end.
 */
export async function multipartFile<T>(
  contentType: string,
  body: AsyncIterable<Uint8Array>,
  use: (file: MultipartFile) => Promise<T>,
): Promise<T> {
  let parser: busboy.Busboy
  try {
    parser = busboy({
      headers: { 'content-type': contentType },
      limits: LIMITS,
      defParamCharset: 'utf8',
    })
  } catch (error) {
    throw malformed(reasonOf(error))
  }
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => undefined)
  parser.on('error', (error) => failed.reject(malformed(reasonOf(error))))
  parser.on('filesLimit', () => failed.reject(malformed('it holds more than one file')))
  const closed = once(parser, 'close').catch(() => undefined)
  let used: Promise<T> | undefined
  parser.on('file', (field: string, stream: Readable, { filename }: busboy.FileInfo) => {
    // A body that ends too soon makes the part fail as well, whether anybody reads it or not.
    stream.on('error', () => undefined)
    if (field !== 'file' || used) return void stream.resume()
    used = use({ name: filename || undefined, bytes: stream })
    used.catch((error: unknown) => {
      failed.reject(error)
      stream.resume()
    })
  })
  try {
    for await (const chunk of body)
      if (!parser.write(chunk)) await Promise.race([once(parser, 'drain'), failed.promise])
  } catch (error) {
    parser.destroy()
    await used?.catch(() => undefined)
    throw error
  }
  parser.end()
  await Promise.race([closed, failed.promise])
  if (!used) throw malformed('it has no part of that name')
  return Promise.race([used, failed.promise])
}
