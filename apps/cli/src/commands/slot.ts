import { fromHex } from '@cess/bytes'
import { Reader, u64 } from '@cess/scale'
import type { ChainClient } from '@cess/sdk'

/** Milliseconds from block to block, as the chain is configured: the first field of BabeApi_configuration. */
export async function slotMs({ rpc }: Pick<ChainClient, 'rpc'>): Promise<number> {
  const raw = await rpc.request('state_call', ['BabeApi_configuration', '0x'])
  return Number(u64.read(new Reader(fromHex(String(raw)))))
}
