import { availableParallelism } from 'node:os'
import { MAX_SEGMENTS, SEGMENT_SIZE } from '@cess/primitives'

const GIB = 2 ** 30
const MIB = 2 ** 20

/** What bounds the work of a gateway. Bytes, counts and milliseconds. */
export interface GatewayLimits {
  /** Longest file. */
  readonly maxFile: number
  /** Uploads at the same time, of all accounts and of one. */
  readonly maxUploads: number
  readonly accountUploads: number
  /** Uploads that one account may begin in a minute. */
  readonly accountPerMinute: number
  /** Bytes that wait in the spool for their miners or tags. */
  readonly spoolBytes: number
  /** Free bytes that the disk always keeps. */
  readonly diskReserve: number
  readonly cacheBytes: number
  /** Fragments in memory on their way to readers; on their way to miners are two thirds of that: see `placingBytes`. */
  readonly memoryBytes: number
  readonly maxDownloads: number
  readonly connections: number
  /** A client that sends nothing, or takes nothing, for so long is cut off. */
  readonly idleMs: number
  /** An upload that is slower than this on average, after its first minute, is cut off. Bytes in a second. */
  readonly slowest: number
  /** Files that are on their way to miners at the same time; others wait in the spool. */
  readonly maxJobs: number
}

const DEFAULT_LIMITS: GatewayLimits = {
  maxFile: MAX_SEGMENTS * SEGMENT_SIZE,
  maxUploads: 16,
  accountUploads: 8,
  accountPerMinute: 240,
  spoolBytes: 100 * GIB,
  diskReserve: GIB,
  cacheBytes: 10 * GIB,
  memoryBytes: 96 * MIB,
  maxDownloads: 32,
  connections: 1024,
  idleMs: 60_000,
  slowest: 4 * 1024,
  maxJobs: 256,
}

/**
 * Bytes of fragments in memory on their way to miners. Eight at a time keep two processors as busy as twelve, and a process
 * that sends columns has all of their memory in use, where one that serves readers seldom does.
 */
export const placingBytes = ({ memoryBytes }: GatewayLimits): number =>
  Math.floor((2 * memoryBytes) / 3)

/** What a gateway is told. */
export interface GatewayConfig {
  readonly data: string
  /** WebSocket addresses of nodes. */
  readonly node: readonly string[]
  /** Where HTTP is served. Port 0 takes any. */
  readonly host: string
  readonly port: number
  /** The address that others reach it at; made of host and port unless given. */
  readonly domain: string | undefined
  /** Where libp2p listens. */
  readonly listenHost: string
  readonly listenPort: number
  readonly encodeThreads: number
  readonly tagThreads: number
  /** Whether claims that are near earlier works are challenged with the gateway's account. */
  readonly challengeCopies: boolean
  /** Whether it re-encrypts for others, with a bond of the gateway's account. */
  readonly proxy: boolean
  readonly limits: GatewayLimits
}

export type GatewaySettings = Partial<Omit<GatewayConfig, 'data' | 'node' | 'limits'>> &
  Pick<GatewayConfig, 'data' | 'node'> & { readonly limits?: Partial<GatewayLimits> }

/** Fills in what was not said. */
export function configOf(settings: GatewaySettings): GatewayConfig {
  const processors = availableParallelism()
  return {
    host: '127.0.0.1',
    port: 8080,
    domain: undefined,
    listenHost: '0.0.0.0',
    listenPort: 0,
    // Each costs some 40 MB, and one codes and hashes 200 MB of file in a second.
    encodeThreads: Math.max(1, Math.min(4, processors - 1)),
    tagThreads: Math.max(1, Math.floor(processors / 2)),
    challengeCopies: false,
    proxy: false,
    ...settings,
    limits: { ...DEFAULT_LIMITS, ...settings.limits },
  }
}
