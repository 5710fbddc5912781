import { fixedBytes, type Infer, str, struct, tuple, u8, u32, vec } from '@cess/scale'

/** sp_version::RuntimeVersion. `apis` pairs blake2b-64 of a runtime API's name with its version. */
export const runtimeVersion = struct('sp_version::RuntimeVersion', {
  specName: str,
  implName: str,
  authoringVersion: u32,
  specVersion: u32,
  implVersion: u32,
  apis: vec(tuple(fixedBytes(8), u32)),
  transactionVersion: u32,
  stateVersion: u8,
})
export type RuntimeVersion = Infer<typeof runtimeVersion>
