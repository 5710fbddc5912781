import { getDocumentProxy } from 'unpdf'
import { LIMITS, Unreadable } from '../unreadable.ts'
import type { ReadText } from './html.ts'

/** Text of a PDF, page by page. Scanned pages have none. @throws Unreadable; what the library throws for damaged files */
export async function textOfPdf(bytes: Uint8Array): Promise<ReadText> {
  const pdf = await getDocumentProxy(bytes.slice())
  if (pdf.numPages > LIMITS.pages)
    throw new Unreadable(`The document has more than ${LIMITS.pages} pages.`)
  const parts: string[] = []
  let length = 0
  for (let n = 1; n <= pdf.numPages && length < LIMITS.characters; n++) {
    const page = await pdf.getPage(n)
    const { items } = await page.getTextContent()
    for (const item of items) {
      if (!('str' in item)) continue
      parts.push(item.str, item.hasEOL ? '\n' : '')
      length += item.str.length
    }
    parts.push('\n')
    page.cleanup()
  }
  const { info } = await pdf.getMetadata()
  const title = (info as { readonly Title?: unknown }).Title
  await pdf.cleanup()
  return {
    text: parts.join(''),
    title: typeof title === 'string' && title.trim() !== '' ? title.trim() : undefined,
  }
}
