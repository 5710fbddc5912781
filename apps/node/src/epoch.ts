import { type AccountId, EMPTY, equal, toHex } from '@cess/bytes'
import type { Chain } from '@cess/chain'
import { claimSlot } from '@cess/consensus'
import type { Sr25519Pair } from '@cess/crypto'
import { babeEpoch } from '@cess/primitives'
import type { EpochAuthorship } from '@cess/rpc'
import { decode } from '@cess/scale'

/** Slots of the current epoch that these keys may author, by authority (`babe_epochAuthorship`). */
export function epochAuthorship(
  chain: Pick<Chain, 'info' | 'call'>,
  keys: readonly Sr25519Pair[],
): EpochAuthorship {
  const epoch = decode(babeEpoch, chain.call(chain.info().bestHash, 'BabeApi_current_epoch', EMPTY))
  const out: Record<
    AccountId,
    { primary: number[]; secondary: number[]; secondary_vrf: number[] }
  > = {}
  for (const pair of keys) {
    if (!epoch.authorities.some(([key]) => equal(key, pair.publicKey))) continue
    const slots = {
      primary: [] as number[],
      secondary: [] as number[],
      secondary_vrf: [] as number[],
    }
    for (let i = 0n; i < epoch.duration; i++) {
      const slot = epoch.startSlot + i
      const claim = claimSlot(epoch, slot, [pair])
      if (claim?.preDigest.type === 'Primary') slots.primary.push(Number(slot))
      else if (claim?.preDigest.type === 'SecondaryVRF') slots.secondary_vrf.push(Number(slot))
      else if (claim) slots.secondary.push(Number(slot))
    }
    out[toHex(pair.publicKey) as AccountId] = slots
  }
  return out
}
