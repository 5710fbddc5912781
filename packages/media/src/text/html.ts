import { type DefaultTreeAdapterTypes, parse } from 'parse5'
import { LIMITS } from '../unreadable.ts'

type Node = DefaultTreeAdapterTypes.Node

/** Elements whose text nobody reads, and those that end a line. */
const HIDDEN = new Set(['script', 'style', 'noscript', 'template', 'head', 'svg', 'math'])
const BLOCKS = new Set(
  'address article aside blockquote br dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table td th tr ul'.split(
    ' ',
  ),
)

export interface ReadText {
  readonly text: string
  readonly title: string | undefined
}

/** The text that people read of a page, and its title. Walks without recursion: pages may be nested as deep as they like. */
export function textOfHtml(html: string): ReadText {
  const open: { readonly node: Node; readonly hidden: boolean }[] = [
    { node: parse(html), hidden: false },
  ]
  const parts: string[] = []
  let title: string | undefined
  let length = 0
  for (let next = open.pop(); next && length < LIMITS.characters; next = open.pop()) {
    const { node, hidden } = next
    const { nodeName } = node
    if (nodeName === '#text' && 'value' in node && !hidden) {
      parts.push(node.value)
      length += node.value.length
    }
    if (BLOCKS.has(nodeName)) parts.push('\n')
    if (nodeName === 'title' && title === undefined && 'childNodes' in node) {
      const [first] = node.childNodes
      if (first && 'value' in first) title = first.value.trim() || undefined
    }
    if (!('childNodes' in node)) continue
    const below = hidden || HIDDEN.has(nodeName)
    for (let i = node.childNodes.length - 1; i >= 0; i--)
      open.push({ node: node.childNodes[i]!, hidden: below })
  }
  return { text: parts.join('').slice(0, LIMITS.characters), title }
}
