import { parentPort } from 'node:worker_threads'
import { fragmentId } from '@cess/primitives'

parentPort!.on(
  'message',
  ({ id, fragment }: { readonly id: number; readonly fragment: Uint8Array }) =>
    parentPort!.postMessage({ id, fid: fragmentId(fragment) }),
)
