const DECIMALS = 18
const ONE = 10n ** BigInt(DECIMALS)

/** Balance units as tokens for people, with at most four decimals. */
export function tokens(amount: bigint): string {
  const whole = amount / ONE
  const rest = (amount % ONE).toString().padStart(DECIMALS, '0').slice(0, 4).replace(/0+$/, '')
  return rest ? `${whole}.${rest}` : whole.toString()
}

/** The same, rounded up: enough when somebody pays it. */
export const tokensAtLeast = (amount: bigint): string => tokens(amount + ONE / 10_000n - 1n)

/**
 * Tokens as people write them ("1.5") in balance units.
 * @throws RangeError
 */
export function parseTokens(text: string): bigint {
  const parts = /^(\d{1,18})(?:\.(\d{1,18}))?$/.exec(text)
  if (!parts) throw new RangeError(`"${text}" is no amount of tokens: write 1500 or 0.25`)
  return BigInt(parts[1] as string) * ONE + BigInt((parts[2] ?? '').padEnd(DECIMALS, '0'))
}

/** Tokens that an account keeps for fees on top of the collateral. */
export const FEE_RESERVE = ONE
