import { parentPort } from 'node:worker_threads'
import { createFragmentIds, stripesOf } from '@cess/content/fragment-ids'

const ids = createFragmentIds()

parentPort!.on(
  'message',
  async ({ segment, length }: { readonly segment: Uint8Array; readonly length: number }) =>
    parentPort!.postMessage(await ids(length, stripesOf(segment, length))),
)
