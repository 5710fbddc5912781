import { utf8 } from '@cess/bytes'
import { type KeyPair, ss58Encode } from '@cess/crypto'
import type { Random } from '@cess/ports'

const NONCE_BYTES = 16

/**
 * Headers that sign one request: it is good for this gateway, method and path, for five minutes and once.
 * @param path as it stands in the request line, without query.
 * @param gateway SS58 address of the gateway's account.
 */
export function signRequest(
  pair: KeyPair,
  {
    method,
    path,
    gateway,
    time,
    random,
  }: {
    readonly method: string
    readonly path: string
    readonly gateway: string
    /** Unix milliseconds. */
    readonly time: number
    readonly random: Random
  },
): Record<string, string> {
  const nonce = random.bytes(NONCE_BYTES).toHex()
  const message = `cess-gateway/1 ${method} ${path} ${Math.round(time)} ${nonce} ${gateway}`
  return {
    account: ss58Encode(pair.accountId),
    message,
    signature: pair.sign(utf8(message)).toHex(),
  }
}
