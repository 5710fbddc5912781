import { LIMITS, Unreadable } from '../unreadable.ts'
import { textOfDocx, textOfEpub } from './documents.ts'
import { type ReadText, textOfHtml } from './html.ts'
import { textOfPdf } from './pdf.ts'

/** Text without the signs that Markdown gives it. */
function fromMarkdown(source: string): ReadText {
  const title = /^#\s+(.{1,500})$/m.exec(source)?.[1]?.trim()
  const text = source
    .replace(/^\s{0,3}(?:#{1,6}|>|[-*+]|\d{1,9}[.)])\s+/gm, '')
    .replace(/!?\[([^\]\n]{0,1000})\]\([^)\n]{0,2000}\)/g, '$1')
    .replace(/[*_`~]{1,3}/g, '')
  return { text, title }
}

/** What people read of a document, and its title. @throws Unreadable, and what readers throw */
export async function readText(format: string, bytes: Uint8Array): Promise<ReadText> {
  if (bytes.length > LIMITS.text)
    throw new Unreadable(
      `Documents of up to ${LIMITS.text >> 20} MiB are read, and this one is larger.`,
    )
  if (format === 'pdf') return textOfPdf(bytes)
  if (format === 'docx') return textOfDocx(bytes)
  if (format === 'epub') return textOfEpub(bytes)
  let source: string
  try {
    source = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Unreadable('The text is not UTF-8. Save it as UTF-8 first.')
  }
  if (format === 'html') return textOfHtml(source)
  return format === 'md' ? fromMarkdown(source) : { text: source, title: undefined }
}
