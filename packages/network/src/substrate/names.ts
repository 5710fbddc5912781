import type { Hash } from '@cess/bytes'

/** `/<genesis hash>/<suffix>`, for example `sync/2` or `block-announces/1`. */
export const protocolName = (genesisHash: Hash, suffix: string): string =>
  `/${genesisHash.slice(2)}/${suffix}`
