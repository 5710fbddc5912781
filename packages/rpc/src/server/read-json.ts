import { parseError } from '../errors.ts'

/** Deeper or richer texts than any call needs. They would cost many times their size in memory. */
const MAX_DEPTH = 64
const MAX_VALUES = 200_000

/** Index of the quote that ends the string begun at `start`, or −1. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let escapes = 0
    while (text.charCodeAt(at - 1 - escapes) === 0x5c) escapes++
    if (escapes % 2 === 0) return at
  }
  return -1
}

/** Whether nesting and the count of values stay in bounds. Says nothing about whether the text is JSON. */
function isModest(text: string): boolean {
  let depth = 0
  let values = 0
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: // "
        at = endOfString(text, at)
        if (at === -1) return false
        break
      case 0x5b: // [
      case 0x7b: // {
        if (++depth > MAX_DEPTH || ++values > MAX_VALUES) return false
        break
      case 0x5d: // ]
      case 0x7d: // }
        depth--
        break
      case 0x2c: // ,
        if (++values > MAX_VALUES) return false
        break
    }
  }
  return true
}

/** Parses JSON from outside. @throws RpcError −32700 when it is none, nests deeper than 64 or holds over 200,000 values */
export function readJson(text: string): unknown {
  if (!isModest(text)) throw parseError()
  try {
    return JSON.parse(text)
  } catch {
    throw parseError()
  }
}
