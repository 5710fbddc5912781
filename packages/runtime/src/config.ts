/** What differs between networks that run this runtime. Part of the chain specification, fixed at genesis. */
export interface RuntimeConfig {
  /** Milliseconds from slot to slot. */
  readonly slotDuration: number
  /** Slots in an epoch. */
  readonly epochSlots: number
  /** Blocks of a reward era, of an audit round, and to answer a challenge. */
  readonly eraBlocks: number
  readonly roundBlocks: number
  readonly answerBlocks: number
  /** Blocks that a deal may take: to begin with, and for each segment. */
  readonly dealBlocks: { readonly base: number; readonly perSegment: number }
  /** Days from the end of a lease to the deletion of its files. */
  readonly frozenDays: number
  /** Blocks that the collateral of a miner that leaves stays locked. */
  readonly exitLockBlocks: number
  /** Blocks in which a claim of rights may be challenged, and of every stage of a dispute. */
  readonly challengeBlocks: number
  readonly disputeBlocks: number
  /** Tokens that the faucet gives, once a day and account; 0 for networks with value. */
  readonly faucetTokens: number
}

/** One token has 18 decimals. */
export const TOKEN = 10n ** 18n
/** CESS's address prefix. */
export const SS58_PREFIX = 11330

/** A network on one machine: 2-second slots, audits every minute. */
export const DEVNET: RuntimeConfig = {
  slotDuration: 2_000,
  epochSlots: 150,
  eraBlocks: 150,
  roundBlocks: 30,
  answerBlocks: 15,
  dealBlocks: { base: 150, perSegment: 5 },
  frozenDays: 7,
  exitLockBlocks: 100,
  challengeBlocks: 30,
  disputeBlocks: 15,
  faucetTokens: 10_000,
}

/** A public network: 6-second slots, every miner audited once an hour. */
export const PRODUCTION: RuntimeConfig = {
  slotDuration: 6_000,
  epochSlots: 600,
  eraBlocks: 3_600,
  roundBlocks: 600,
  answerBlocks: 50,
  dealBlocks: { base: 600, perSegment: 20 },
  frozenDays: 7,
  exitLockBlocks: 216_000,
  challengeBlocks: 201_600,
  disputeBlocks: 43_200,
  faucetTokens: 0,
}

const LIMITS: Readonly<Record<string, readonly [number, number]>> = {
  slotDuration: [500, 60_000],
  epochSlots: [4, 100_000],
  eraBlocks: [2, 1_000_000],
  roundBlocks: [2, 1_000_000],
  answerBlocks: [2, 100_000],
  frozenDays: [0, 3_650],
  exitLockBlocks: [1, 10_000_000],
  challengeBlocks: [2, 10_000_000],
  disputeBlocks: [2, 10_000_000],
  faucetTokens: [0, 1_000_000],
}
const whole = (name: string, value: unknown, [low, high]: readonly [number, number]): number => {
  if (!Number.isInteger(value) || (value as number) < low || (value as number) > high)
    throw new RangeError(`runtime.${name} must be a whole number from ${low} to ${high}`)
  return value as number
}

/** Reads the runtime part of a chain specification. @throws RangeError naming the field that is wrong. */
export function parseRuntimeConfig(input: unknown): RuntimeConfig {
  if (typeof input !== 'object' || input === null) throw new RangeError('runtime must be an object')
  const given = input as Record<string, unknown>
  const plain = Object.fromEntries(
    Object.entries(LIMITS).map(([name, limits]) => [name, whole(name, given[name], limits)]),
  )
  const deal = (given['dealBlocks'] ?? {}) as Record<string, unknown>
  return {
    ...(plain as unknown as Omit<RuntimeConfig, 'dealBlocks'>),
    dealBlocks: {
      base: whole('dealBlocks.base', deal['base'], [2, 1_000_000]),
      perSegment: whole('dealBlocks.perSegment', deal['perSegment'], [0, 10_000]),
    },
  }
}
