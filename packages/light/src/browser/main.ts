import { verifyCertificate } from '../certificate.ts'
import { LightError } from '../errors.ts'
import { certificateRows } from '../page.ts'

/** What a person is shown: rows that are proven, or why nothing is. */
export type Outcome =
  | { readonly proven: true; readonly rows: readonly (readonly [string, string])[] }
  | { readonly proven: false; readonly why: string }

/** Checks the text of a certificate against a genesis hash that the person knows. */
export function check(text: string, genesis: string): Outcome {
  if (!/^0x[0-9a-fA-F]{64}$/.test(genesis.trim()))
    return {
      proven: false,
      why: 'A genesis hash is 0x and 64 hex characters. Ask somebody you trust for that of the network.',
    }
  try {
    return {
      proven: true,
      rows: certificateRows(verifyCertificate(JSON.parse(text), genesis.trim())),
    }
  } catch (error) {
    if (error instanceof LightError) return { proven: false, why: error.message }
    return {
      proven: false,
      why: 'The file is no JSON. Choose the one that the certificate came as.',
    }
  }
}
