import type { ValidTransaction } from '@cess/primitives'

const U64_MAX = (1n << 64n) - 1n

/** Joins what extensions and pallets say of a transaction (ValidTransaction::combine_with). */
export function combine(
  parts: readonly (Partial<ValidTransaction> | undefined)[],
): ValidTransaction {
  let priority = 0n
  let longevity = U64_MAX
  let propagate = true
  const requires: Uint8Array[] = []
  const provides: Uint8Array[] = []
  for (const part of parts) {
    if (!part) continue
    priority += part.priority ?? 0n
    if (part.longevity !== undefined && part.longevity < longevity) longevity = part.longevity
    propagate &&= part.propagate ?? true
    requires.push(...(part.requires ?? []))
    provides.push(...(part.provides ?? []))
  }
  return {
    priority: priority > U64_MAX ? U64_MAX : priority,
    requires,
    provides,
    longevity,
    propagate,
  }
}
