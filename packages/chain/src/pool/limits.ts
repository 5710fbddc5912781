import type { PoolLimits } from './api.ts'

/** Substrate's defaults (sc_cli transaction_pool_params) where it has them. */
export const DEFAULT_LIMITS: PoolLimits = {
  count: 8192,
  bytes: 20 * 1024 * 1024,
  futuresPerSender: 64,
  extrinsicBytes: 5 * 1024 * 1024,
  banMs: 30 * 60_000,
  revalidatePerBlock: 64,
}

/** Transactions handed to the signature workers at once, and validated without a pause. */
export const VERIFY_BATCH = 64
/** Bans remembered; the oldest goes first. */
export const MAX_BANNED = 16_384
/** Extrinsics of one block that were never in this pool whose tags are looked up; the rest is left to revalidation. */
export const MAX_FOREIGN = 1024
