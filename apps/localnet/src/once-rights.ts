import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { keyFromUri, ss58Encode } from '@cess/crypto'
import { cess } from './cess.ts'
import { mustFail, type Story, sameBytes, until } from './story.ts'

/** What the chain's windows may take, in milliseconds. */
const WINDOW_MS = 3 * 60_000
const picture = (name: string): string => join(import.meta.dirname, '../assets', name)
const addressOf = (uri: string): string => ss58Encode(keyFromUri(uri, 'sr25519').publicKey)
const STRANGER = '//Eve'

/** The file is shared through proxies, read, and taken back. */
async function shareAndRevoke({ file, user, stranger, steps, out, network }: Story, fid: string) {
  await steps.step('Start the 8 miners again', () =>
    Promise.all([network.restartMiners(0), network.restartMiners(1)]),
  )
  const { grant } = await steps.step(
    'Share the file with a second account, through 5 proxies of which 3 are needed',
    async () => {
      const shared = await user.must('share', fid, '--with', addressOf(STRANGER), '--days', '1')
      if (shared['active'] !== true) throw new Error('The proxies were not ready in a minute.')
      return shared
    },
    (shared) => `grant ${shared['grant']}`,
  )
  const copy = join(out, 'shared')
  await steps.step('The second account reads it', async () => {
    await stranger.must('get', fid, '-o', copy)
    await sameBytes(file, copy)
    await rm(copy)
  })
  await steps.step('Take it back: no proxy helps any more', async () => {
    await user.must('revoke', String(grant))
    await mustFail(stranger, 'WRONG_KEY', 'get', fid, '-o', copy)
  })
}

const statusOf = async (story: Story, work: number): Promise<string> => {
  const shown = await story.user.must('rights', 'show', String(work))
  return (shown['work'] as { readonly status: string }).status
}
const workIn = (json: Readonly<Record<string, unknown>>): number =>
  (json['work'] as { readonly id: number }).id

/** Stores the image of part two, while there are 12 miners in good standing. Returns its file id. */
export async function storeImage({ user, steps }: Story): Promise<string> {
  const put = await steps.step('Store an image too', () =>
    user.must('put', picture('harbour.jpg'), '--territory', 'default', '--wait', 'stored'),
  )
  return String(put['fid'])
}

/** The image is claimed; a smaller copy of it is found, challenged and refused. */
async function claimAndDefend(story: Story, fid: string): Promise<number> {
  const { user, stranger, steps } = story
  const original = picture('harbour.jpg')
  const work = await steps.step(
    'Claim the image: commit, wait until that is final, reveal',
    async () =>
      workIn(await user.must('rights', 'claim', original, '--title', 'Harbour', '--file', fid)),
    (id) => `work ${id}`,
  )
  const copy = await steps.step(
    'Somebody else claims a smaller copy, compressed more',
    async () => workIn(await stranger.must('rights', 'claim', picture('harbour-small.jpg'))),
    (id) => `work ${id}`,
  )
  await steps.step('The gateway finds the copy, and the chain compares: it is refused', () =>
    until('The end of the challenge', WINDOW_MS, async () =>
      (await statusOf(story, copy)) === 'Refused' ? true : undefined,
    ),
  )
  return work
}

/** A licence is sold, with access to the file through proxies. */
async function sellLicence(story: Story, { work, fid }: { work: number; fid: string }) {
  const { user, stranger, steps, out } = story
  const id = String(work)
  await steps.step('Offer a licence for 10 TCESS, with access to the file', () =>
    user.must(
      ...['rights', 'license', id, '--id', 'CC-BY-4.0', '--fee', '10', '--derivatives'],
      ...['--royalty', '5', '--days', '1', '--access', '3/5'],
    ),
  )
  await steps.step(
    'The second account buys it; the owner’s software gives access',
    async () => {
      const buying = stranger.must('rights', 'buy', id, '0')
      const tending = until('The sale', WINDOW_MS, async () => {
        const { tended } = await user.must('tend', '--once')
        return (tended as readonly unknown[]).length > 0 ? true : undefined
      })
      const [bought] = await Promise.all([buying, tending])
      if (bought['state'] !== 'Held') throw new Error(`The agreement is ${bought['state']}.`)
      return bought
    },
    (bought) => `agreement ${bought['agreement']}`,
  )
  await steps.step('And reads the image', async () => {
    const copy = join(out, 'licensed')
    await stranger.must('get', fid, '-o', copy)
    await sameBytes(picture('harbour.jpg'), copy)
    await rm(copy)
  })
}

/** The claim is confirmed and certified; the certificate is checked without any network. */
async function certify(story: Story, work: number): Promise<void> {
  const { user, steps, chain, out } = story
  const file = join(out, 'certificate.json')
  await steps.step('The claim is confirmed: nobody challenged it in time', () =>
    until('The confirmation', WINDOW_MS, async () =>
      (await statusOf(story, work)) === 'Confirmed' ? true : undefined,
    ),
  )
  await steps.step('Write its certificate', () =>
    user.must('rights', 'certificate', String(work), '-o', file),
  )
  const nowhere = { node: 'ws://127.0.0.1:9', gateway: 'http://127.0.0.1:9' }
  const offline = cess({ ...nowhere, key: STRANGER, home: out })
  const genesis = ['--genesis', chain.genesisHash]
  await steps.step(
    'Check it offline, against the genesis hash alone',
    async () => {
      const checked = await offline.must('rights', 'verify', file, ...genesis)
      if ((checked['work'] as { status: string }).status !== 'Confirmed')
        throw new Error('The certificate does not say what the chain says.')
      return checked
    },
    (checked) => `block ${checked['block']}`,
  )
  await steps.step(
    'A certificate that was changed proves nothing',
    async () => {
      const text = await readFile(file, 'utf8')
      const { proof, ...rest } = JSON.parse(text) as { proof: { storage: string[] } }
      const storage = proof.storage.map((node) => node.replace('486172626f7572', '486172626f7573'))
      if (storage.join() === proof.storage.join()) throw new Error('The title is not in the proof.')
      const forged = join(out, 'forged.json')
      await writeFile(forged, JSON.stringify({ ...rest, proof: { ...proof, storage } }))
      return mustFail(offline, 'NOT_PROVEN', 'rights', 'verify', forged, ...genesis)
    },
    (said) => said,
  )
}

/** Part two of `--once`: sharing and rights. */
export async function rightsAndSharing(
  story: Story,
  files: { readonly file: string; readonly image: string },
): Promise<void> {
  await shareAndRevoke(story, files.file)
  const work = await claimAndDefend(story, files.image)
  await sellLicence(story, { work, fid: files.image })
  await certify(story, work)
}
