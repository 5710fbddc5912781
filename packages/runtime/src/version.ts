import type { RuntimeVersion } from '@cess/primitives'

/** `specVersion` grows with every change that nodes must agree on; `transactionVersion` when calls change their bytes. */
export const VERSION: RuntimeVersion = {
  specName: 'cess-node',
  implName: 'cess-ts',
  authoringVersion: 1,
  specVersion: 1,
  implVersion: 1,
  apis: [],
  transactionVersion: 1,
  stateVersion: 1,
}
