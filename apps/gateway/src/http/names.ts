import { fromUtf8, utf8 } from '@cess/bytes'
import { GatewayError } from '../errors.ts'
import { type Exchange, header } from './exchange.ts'

/** The chain's limit for names, in bytes of UTF-8. */
const MAX_NAME = 63
const MIN_BUCKET = 3

/** Control characters would forge headers and confuse terminals. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/

/** Text of a header whose bytes are UTF-8. Node gives it as latin1. */
function textOf(value: string, name: string): string {
  let text: string
  try {
    text = fromUtf8(new Uint8Array(Buffer.from(value, 'latin1')))
  } catch {
    throw new GatewayError('BAD_HEADER', `The header ${name} is not UTF-8.`)
  }
  if (CONTROL.test(text))
    throw new GatewayError('BAD_HEADER', `The header ${name} holds control characters.`)
  return text
}

/** The last bytes of a name, cut between characters, so that its extension stays. */
function tail(name: string): string {
  const bytes = utf8(name)
  if (bytes.length <= MAX_NAME) return name
  let from = bytes.length - MAX_NAME
  while ((bytes[from]! & 0xc0) === 0x80) from++
  return fromUtf8(bytes.subarray(from))
}

/** A name as it goes on chain: without folders, at most 63 bytes. @throws GatewayError BAD_HEADER */
export function fileName(given: string): string {
  if (CONTROL.test(given))
    throw new GatewayError('BAD_HEADER', 'The name of the file holds control characters.')
  const name = tail(given.split(/[/\\]/).at(-1)!.trim())
  return name === '' || name === '.' || name === '..' ? 'file' : name
}

/** The name in the header FileName, percent-encoded or not; clients cut it anywhere. */
export function headerName(x: Exchange): string | undefined {
  const value = header(x, 'filename')
  if (value === undefined) return undefined
  const text = textOf(value, 'FileName')
  try {
    return fileName(decodeURIComponent(text))
  } catch (error) {
    if (error instanceof GatewayError) throw error
    return fileName(text)
  }
}

/** @throws GatewayError BAD_HEADER */
export function territoryOf(x: Exchange): string {
  const value = header(x, 'territory')
  if (value === undefined)
    throw new GatewayError(
      'BAD_HEADER',
      'The header Territory is missing: it names the space that the file counts to. `cess space ls` shows yours.',
    )
  const name = textOf(value, 'Territory')
  if (utf8(name).length > MAX_NAME)
    throw new GatewayError('BAD_HEADER', 'The name of a territory has at most 63 bytes.')
  return name
}

/** The bucket, empty when none is named. @throws GatewayError BAD_HEADER */
export function bucketOf(x: Exchange): string {
  const value = header(x, 'bucket')
  if (value === undefined) return ''
  const name = textOf(value, 'Bucket')
  const { length } = utf8(name)
  if (length < MIN_BUCKET || length > MAX_NAME)
    throw new GatewayError('BAD_HEADER', 'The name of a bucket has 3 to 63 bytes.')
  return name
}
