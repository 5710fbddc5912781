import { Unreadable } from '../unreadable.ts'
import { unzip } from './archive.ts'
import { type ReadText, textOfHtml } from './html.ts'

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
}
/** Text of XML: entities as characters. */
const plain = (xml: string): string =>
  xml.replace(/&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(\w{2,4}));/g, (all, hex, decimal, name) => {
    if (name !== undefined) return ENTITIES[name as string] ?? all
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex as string, 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : all
  })
const textIn = (entries: ReadonlyMap<string, Uint8Array>, name: string): string | undefined => {
  const bytes = entries.get(name)
  return bytes && new TextDecoder().decode(bytes)
}
const titleIn = (xml: string | undefined): string | undefined => {
  const found = xml && /<dc:title[^>]{0,500}>([^<]{0,1000})<\/dc:title>/.exec(xml)?.[1]
  return (found && plain(found).trim()) || undefined
}

/** Text of a Word document (ECMA-376): its runs, a line for each paragraph. @throws Unreadable */
export function textOfDocx(bytes: Uint8Array): ReadText {
  const entries = unzip(
    bytes,
    (name) => name === 'word/document.xml' || name === 'docProps/core.xml',
  )
  const xml = textIn(entries, 'word/document.xml')
  if (xml === undefined) throw new Unreadable('The archive holds no Word document.')
  const parts: string[] = []
  for (const [tag, run] of xml.matchAll(
    /<w:t(?:\s[^>]{0,200})?>([^<]*)<\/w:t>|<w:(?:p|br|tab|tr)[\s/>]/g,
  ))
    parts.push(run === undefined ? (tag.startsWith('<w:tab') ? '\t' : '\n') : plain(run))
  return { text: parts.join(''), title: titleIn(textIn(entries, 'docProps/core.xml')) }
}

const MAX_CHAPTERS = 5_000

/** Where `path` leads from the folder of a file, inside an archive. */
function within(file: string, path: string): string {
  const parts = file.split('/').slice(0, -1)
  for (const part of decodeURIComponent(path.split('#')[0]!).split('/'))
    if (part === '..') parts.pop()
    else if (part !== '.' && part !== '') parts.push(part)
  return parts.join('/')
}

/** Text of an e-book (EPUB 3): its chapters in the order in which they are read. @throws Unreadable */
export function textOfEpub(bytes: Uint8Array): ReadText {
  const entries = unzip(bytes, (name) => /\.(xhtml|html|htm|opf|xml)$/i.test(name))
  const container = textIn(entries, 'META-INF/container.xml') ?? ''
  const opfPath = /full-path="([^"]{1,500})"/.exec(container)?.[1]
  const opf = opfPath && textIn(entries, opfPath)
  if (!opfPath || !opf) throw new Unreadable('The archive holds no e-book that can be read.')
  const items = new Map<string, string>()
  for (const [tag] of opf.matchAll(/<item\s[^>]{1,1000}>/g)) {
    const [id, href] = [/\bid="([^"]*)"/.exec(tag)?.[1], /\bhref="([^"]*)"/.exec(tag)?.[1]]
    if (id !== undefined && href !== undefined) items.set(id, plain(href))
  }
  const order = [...opf.matchAll(/<itemref\s[^>]{0,500}?idref="([^"]{1,500})"/g)].slice(
    0,
    MAX_CHAPTERS,
  )
  const chapters = order.flatMap(([, id]) => {
    const href = items.get(id!)
    const html = href === undefined ? undefined : textIn(entries, within(opfPath, href))
    return html === undefined ? [] : [textOfHtml(html).text]
  })
  return { text: chapters.join('\n'), title: titleIn(opf) }
}
