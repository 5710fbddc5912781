export type TrieErrorCode =
  /** Bytes that are no trie node. */
  | 'BAD_NODE'
  /** A node or value that the trie names is not there. */
  | 'MISSING_NODE'
  /** A proof with entries that lead nowhere, or the same one twice. */
  | 'BAD_PROOF'

/** What is wrong with a trie or a proof; the message says what to do about it. */
export class TrieError extends Error {
  override readonly name = 'TrieError'
  readonly code: TrieErrorCode

  constructor(code: TrieErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
