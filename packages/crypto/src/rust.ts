import { waitReady } from '@polkadot/wasm-crypto'

if (!(await waitReady())) throw new Error('the library of signatures could not be loaded')

/** Substrate's own signature libraries in WebAssembly, ready to use. */
export {
  bip39Generate,
  bip39ToMiniSecret,
  bip39Validate,
  ed25519KeypairFromSeed,
  secp256k1Compress,
  secp256k1FromSeed,
  secp256k1Recover,
  secp256k1Sign,
  sr25519DeriveKeypairHard,
  sr25519DeriveKeypairSoft,
  sr25519KeypairFromSeed,
  sr25519Sign,
  sr25519Verify,
} from '@polkadot/wasm-crypto'
