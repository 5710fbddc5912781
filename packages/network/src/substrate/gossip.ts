import { hash256, header } from '@cess/primitives'
import { bool, boundedBytes, type Infer, struct, u8, u32, vec } from '@cess/scale'

/** What a node says it is in handshakes. */
export const ROLE = { full: 1, light: 2, authority: 4 } as const

/** The handshake of `block-announces/1`: 69 bytes. */
export const announceHandshake = struct('BlockAnnouncesHandshake', {
  roles: u8,
  bestNumber: u32,
  bestHash: hash256,
  genesisHash: hash256,
})
export type AnnounceHandshake = Infer<typeof announceHandshake>

/** A message of `block-announces/1`. */
export const announce = struct('BlockAnnounce', {
  header,
  isBest: bool,
  data: boundedBytes(1024),
})
export type Announce = Infer<typeof announce>

/** A message of `transactions/1`: extrinsics without their own length (RFC-0056 sends one). */
export const transactions = vec(boundedBytes(5 << 20), 4096)

/** The handshake of `grandpa/1` and `transactions/1`: the role byte; smoldot may send none. */
export const roleHandshake = (roles: number): Uint8Array => Uint8Array.of(roles)
