import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import { dataOption } from '../config/options.ts'
import { sizeText } from '../config/sizes.ts'
import { GatewayError, reasonOf } from '../errors.ts'

interface Status {
  readonly ready: boolean
  readonly trouble?: string
  readonly account: string
  readonly chain: { readonly name: string; readonly finalized: number | null }
  readonly uptime: number
  readonly uploads: { readonly active: number; readonly unfinished: number }
  readonly downloads: { readonly active: number; readonly waiting: number }
  readonly jobs: {
    readonly total: number
    readonly byState: Readonly<Record<string, number>>
    readonly list: readonly { fid: string; state: string; size: number; trouble?: string }[]
  }
  readonly spool: { readonly bytes: number; readonly limit: number }
  readonly cache: { readonly bytes: number; readonly limit: number; hits: number; misses: number }
}

/** Asks the gateway that runs on a data folder. @throws GatewayError NOT_RUNNING */
async function ask(data: string, url: string | undefined): Promise<Status> {
  const where = url ?? (await readFile(join(data, 'http'), 'utf8').catch(() => undefined))?.trim()
  const no = (why: string): GatewayError =>
    new GatewayError(
      'NOT_RUNNING',
      `No gateway answers: ${why}. Is it running? Name its data folder with --data, or its address with --url.`,
    )
  if (where === undefined) throw no(`none has run on ${data}`)
  try {
    const response = await fetch(`${where}/status`, { signal: AbortSignal.timeout(10_000) })
    return ((await response.json()) as { data: Status }).data
  } catch (error) {
    throw no(`${where} (${reasonOf(error)})`)
  }
}

function lines(s: Status): string {
  const states = Object.entries(s.jobs.byState).map(([state, n]) => `${n} ${state}`)
  const looked = s.cache.hits + s.cache.misses
  const hits = looked === 0 ? '' : `, ${Math.round((100 * s.cache.hits) / looked)} % found there`
  return [
    `${s.ready ? 'Ready' : `Not ready: ${s.trouble}`}`,
    `account    ${s.account}`,
    `chain      ${s.chain.name}, final block ${s.chain.finalized ?? 'not seen yet'}`,
    `running    ${s.uptime} s`,
    `uploads    ${s.uploads.active} under way, ${s.uploads.unfinished} unfinished`,
    `downloads  ${s.downloads.active} under way, ${s.downloads.waiting} waiting`,
    `files      ${s.jobs.total} on their way${states.length > 0 ? `: ${states.join(', ')}` : ''}`,
    `spool      ${sizeText(s.spool.bytes)} of ${sizeText(s.spool.limit)}`,
    `cache      ${sizeText(s.cache.bytes)} of ${sizeText(s.cache.limit)}${hits}`,
    ...s.jobs.list.map(
      (j) => `  ${j.fid}  ${j.state}  ${sizeText(j.size)}${j.trouble ? `  ${j.trouble}` : ''}`,
    ),
  ].join('\n')
}

export const statusCommand = (): Command =>
  new Command('status')
    .description('what the running gateway is doing')
    .addOption(dataOption())
    .option('--url <url>', 'address of the gateway, if it runs elsewhere')
    .option('--json', 'as JSON')
    .action(async (o: { data: string; url?: string; json?: true }) => {
      const status = await ask(o.data, o.url)
      process.stdout.write(`${o.json ? JSON.stringify(status) : lines(status)}\n`)
    })
