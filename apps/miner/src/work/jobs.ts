import type { FileId } from '@cess/bytes'

/** A fragment and tags for it. */
export interface TagItem {
  readonly id: FileId
  /** File of the fragment. */
  readonly path: string
  readonly tags: Uint8Array
}
/** `damaged`: the file itself does not match its id. */
export type TagVerdict = 'good' | 'wrong' | 'damaged'

/** Rows of one tagger that a challenge asks for, in the order of the challenge. */
export interface ProofGroup {
  readonly tagger: number
  readonly verifier: Uint8Array
  readonly parameters: Uint8Array
  readonly rows: readonly {
    readonly fragment: Uint8Array
    readonly row: number
    readonly size: number
    readonly path: string
    /** All tags of the fragment. */
    readonly tags: Uint8Array
  }[]
}
export interface ProofInput {
  readonly seed: Uint8Array
  readonly groups: readonly ProofGroup[]
  readonly openings: readonly {
    readonly fragment: Uint8Array
    readonly size: number
    readonly chunk: number
    readonly path: string
  }[]
}
/** A SCALE-encoded proof that verifies, or what is to blame that there is none. */
export type ProofOutput =
  | { readonly proof: Uint8Array }
  | {
      readonly damaged: readonly FileId[]
      readonly wrongTags: readonly { readonly id: FileId; readonly tagger: number }[]
    }

/** What worker threads do. */
export interface Jobs {
  /** BLAKE3 id of data, which moves here and back. */
  hash: { input: { data: Uint8Array }; output: { id: FileId; data: Uint8Array } }
  /** BLAKE3 id of a file. */
  hashFile: { input: { path: string }; output: FileId }
  /** Whether prover parameters belong to a tagger's key. */
  parameters: { input: { verifier: Uint8Array; parameters: Uint8Array }; output: boolean }
  tags: {
    input: { verifier: Uint8Array; parameters: Uint8Array; items: readonly TagItem[] }
    output: readonly TagVerdict[]
  }
  prove: { input: ProofInput; output: ProofOutput }
}
