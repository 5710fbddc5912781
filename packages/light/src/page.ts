import { ss58Encode } from '@cess/crypto/ss58'
import qrcode from 'qrcode-generator'
import type { Certified } from './certificate.ts'
import { meaningOf } from './work.ts'

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escaped = (text: string): string => text.replace(/[&<>"']/g, (c) => ESCAPES[c]!)
const address = (account: string): string => ss58Encode(Uint8Array.fromHex(account.slice(2)))

/** What a certificate proves, as rows of name and text. */
export function certificateRows({
  work,
  genesis,
  block,
  hash,
  time,
}: Certified): [string, string][] {
  return [
    ['Title', work.title],
    ['Work', `${work.id} (${work.status})`],
    ['Statement', meaningOf(work)],
    ['Claimed by', address(work.creator)],
    ...work.owners.map(({ account, bps }): [string, string] => [
      'Owner',
      `${address(account)}, ${bps / 100} %`,
    ]),
    ['Codes', work.codes ? work.codes.iscc : `not public (${work.privacy})`],
    ...(work.codes ? ([['Bytes', work.codes.instance]] as [string, string][]) : []),
    ...(work.file ? ([['Encrypted file', work.file]] as [string, string][]) : []),
    ['As of block', `${block}, ${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`],
    ['Block hash', hash],
    ['Network (genesis)', genesis],
  ]
}

/** What the QR code says: enough to look the work up on any node. */
export const pointerOf = ({ genesis, block, hash, work }: Certified): string =>
  `cess:${genesis}/work/${work.id}?block=${block}&hash=${hash}`

/** What a certificate says and does not say. */
export const NOTE =
  'This states what the chain recorded: which account claimed these fingerprints first, and whether anybody challenged that in time. It does not state who made the work, or who owns it by law.'

/** A certificate for paper. It proves nothing by itself: the JSON file does, checked with `cess rights verify`. */
export function certificatePage(certified: Certified): string {
  const qr = qrcode(0, 'M')
  qr.addData(pointerOf(certified))
  qr.make()
  const rows = certificateRows(certified)
    .map(([name, text]) => `<tr><th>${escaped(name)}</th><td>${escaped(text)}</td></tr>`)
    .join('\n')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Certificate of work ${certified.work.id}</title>
<style>
body { font: 16px/1.5 Georgia, serif; color: #111; background: #fff; max-width: 46rem; margin: 3rem auto; padding: 0 1.5rem }
header { display: flex; justify-content: space-between; align-items: flex-start; gap: 2rem; border-bottom: 2px solid #111; padding-bottom: 1rem }
h1 { font-size: 1.7rem; margin: 0 }
header p { margin: .3rem 0 0; color: #444 }
svg { width: 9rem; height: 9rem; flex: none }
table { border-collapse: collapse; width: 100%; margin: 1.5rem 0 }
th { text-align: left; vertical-align: top; font-weight: normal; color: #555; padding: .35rem 1rem .35rem 0; white-space: nowrap }
td { padding: .35rem 0; overflow-wrap: anywhere; font-family: ui-monospace, Menlo, monospace; font-size: .85rem }
tr + tr { border-top: 1px solid #ddd }
footer { color: #444; font-size: .9rem }
@media print { body { margin: 0 auto } }
</style>
</head>
<body>
<header>
<div><h1>${escaped(certified.work.title)}</h1><p>Certificate of work ${certified.work.id} on the CESS network</p></div>
${qr.createSvgTag({ scalable: true, margin: 0 })}
</header>
<table>
${rows}
</table>
<footer>
<p>${escaped(NOTE)}</p>
<p>This page is for reading. What proves it is the certificate’s JSON file: check that with <code>cess rights verify</code> or the offline verifier, against a genesis hash that you know.</p>
</footer>
</body>
</html>
`
}
