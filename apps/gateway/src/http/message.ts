import { GatewayError } from '../errors.ts'

/** What a signed message says. */
export type SignedMessage =
  | {
      readonly form: 'strict'
      readonly method: string
      readonly path: string
      /** Unix milliseconds. */
      readonly time: number
      readonly nonce: string
      /** Account of the gateway that it is for, as written. */
      readonly gateway: string
    }
  | { readonly form: 'sdk'; readonly time: number }

const WRAPPED = /^<Bytes>(?<inner>[\s\S]*)<\/Bytes>$/
const STRICT =
  /^cess-gateway\/1 (?<method>[A-Z]{3,10}) (?<path>\S{1,2048}) (?<time>\d{12,14}) (?<nonce>[A-Za-z0-9_-]{16,64}) (?<gateway>\S{40,70})$/
const SDK = /^cess-js-sdk-(?:frontend-)?(?<time>\d{12,14})$/

/** Wallets wrap the text that they sign as raw bytes. */
export const unwrapped = (message: string): string =>
  WRAPPED.exec(message)?.groups?.['inner'] ?? message

/** @throws GatewayError BAD_HEADER */
export function parseMessage(message: string): SignedMessage {
  const text = unwrapped(message)
  const sdk = SDK.exec(text)?.groups
  if (sdk) return { form: 'sdk', time: Number(sdk['time']) }
  const strict = STRICT.exec(text)?.groups
  if (strict)
    return {
      form: 'strict',
      method: strict['method']!,
      path: strict['path']!,
      time: Number(strict['time']),
      nonce: strict['nonce']!,
      gateway: strict['gateway']!,
    }
  throw new GatewayError(
    'BAD_HEADER',
    'The header Message must read "cess-gateway/1 METHOD PATH UNIX_MS NONCE GATEWAY_ACCOUNT", with a nonce of 16 to 64 letters and digits. Messages that never expire are not taken.',
  )
}
