import { parseAddress } from '@cess/sdk'
import { InvalidArgumentError } from 'commander'
import { whole } from '../arguments.ts'

/** Number of a work, an offer, a dispute … */
export const number = whole(0, 2 ** 32 - 1)

/** A share as people write it: `33.33` percent. Basis points. */
export function percent(text: string): number {
  const bps = /^\d{1,3}(\.\d{1,2})?$/.test(text) ? Math.round(Number(text) * 100) : -1
  if (bps < 0 || bps > 10_000)
    throw new InvalidArgumentError('Write percent with two decimals at most, such as 33.33.')
  return bps
}

/** `ADDRESS=PERCENT`, any number of times. */
export function owner(
  text: string,
  before: readonly { account: ReturnType<typeof parseAddress>; bps: number }[] = [],
) {
  const [address = '', share = ''] = text.split('=')
  return [...before, { account: parseAddress(address), bps: percent(share) }]
}

/** `WORK` or `WORK:AGREEMENT`, any number of times. */
export function parent(
  text: string,
  before: readonly { work: number; agreement: number | undefined }[] = [],
) {
  const [work = '', agreement] = text.split(':')
  return [
    ...before,
    { work: number(work), agreement: agreement === undefined ? undefined : number(agreement) },
  ]
}

/** `3/5`: through how many proxies of how many. */
export function proxies(text: string): { threshold: number; proxies: number } {
  const [, m, n] = /^(\d{1,2})\/(\d{1,2})$/.exec(text) ?? []
  const found = { threshold: Number(m), proxies: Number(n) }
  if (!(found.threshold >= 1 && found.threshold <= found.proxies && found.proxies <= 16))
    throw new InvalidArgumentError('Write threshold and proxies, 16 at most, such as 3/5.')
  return found
}
