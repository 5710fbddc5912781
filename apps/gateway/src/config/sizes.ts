const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
}

/** Bytes from `10GiB`, `500MB` or a plain number. @throws RangeError */
export function parseSize(text: string): number {
  const parts = /^(\d{1,15}(?:\.\d{1,3})?)\s*([kmgt]i?b)?$/i.exec(text.trim())
  const bytes = parts && Number(parts[1]) * UNITS[(parts[2] ?? '').toLowerCase()]!
  if (bytes === null || !Number.isSafeInteger(Math.round(bytes)))
    throw new RangeError(`"${text}" is no size: write 10GiB, 500MB or a number of bytes`)
  return Math.round(bytes)
}

/** Bytes for people. */
export function sizeText(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
  const at = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  return at === 0 ? `${bytes} bytes` : `${(bytes / 1024 ** at).toFixed(1)} ${units[at]}`
}
