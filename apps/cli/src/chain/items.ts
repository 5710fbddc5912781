import type { AnyCodec } from '@cess/scale'
import { runtime } from '@cess/sdk'
import { CliError } from '../errors.ts'

interface StorageItem {
  readonly kind: 'value' | 'map'
  readonly keys?: readonly { readonly codec: AnyCodec }[]
}
interface CallItem {
  readonly args: Readonly<Record<string, AnyCodec>>
}
interface PalletItem {
  readonly name: string
  readonly storage: Readonly<Record<string, StorageItem>>
  readonly calls: Readonly<Record<string, CallItem>>
}

const pallets = (): readonly PalletItem[] =>
  Object.values(runtime.pallets) as unknown as readonly PalletItem[]

/** Finds `PALLET.ITEM`. @throws CliError USAGE that lists what there is */
function find<T>(
  path: string,
  what: string,
  of: (pallet: PalletItem) => Readonly<Record<string, T>>,
) {
  const [palletName = '', itemName = '', ...rest] = path.split('.')
  const pallet = pallets().find((p) => p.name.toLowerCase() === palletName.toLowerCase())
  if (!pallet)
    throw new CliError(
      'USAGE',
      `There is no pallet "${palletName.slice(0, 60)}". There are ${pallets()
        .map(({ name }) => name)
        .join(', ')}.`,
    )
  const items = of(pallet)
  const name = Object.keys(items).find((n) => n.toLowerCase() === itemName.toLowerCase())
  if (name === undefined || rest.length > 0)
    throw new CliError(
      'USAGE',
      `${pallet.name} has no ${what} "${itemName.slice(0, 60)}". It has ${Object.keys(items).join(', ') || 'none'}.`,
    )
  return { pallet: pallet.name, name, item: items[name]! }
}

export const storageItem = (path: string) => find(path, 'storage item', ({ storage }) => storage)
export const callItem = (path: string) => find(path, 'call', ({ calls }) => calls)
