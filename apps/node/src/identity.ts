import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { systemRandom } from '@cess/ports'

/**
 * The 32-byte Ed25519 seed behind the node's peer id: raw or hex in a file that only its owner reads. Made when it
 * isn't there. @throws RangeError when the file holds something else.
 */
export function loadNodeKey(file: string): Uint8Array {
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(file, systemRandom.bytes(32), { mode: 0o600, flag: 'wx' })
  }
  chmodSync(file, 0o600)
  const raw = new Uint8Array(readFileSync(file))
  if (raw.length === 32) return raw
  const hex = /^(?:0x)?([0-9a-fA-F]{64})\s*$/.exec(Buffer.from(raw).toString('latin1'))?.[1]
  if (hex) return Uint8Array.fromHex(hex)
  throw new RangeError(
    `The node key file ${file} must hold 32 bytes or 64 hex characters. Delete it to get a new peer id.`,
  )
}
