import type { AccountId } from '@cess/bytes'
import picocolors from 'picocolors'
import type { MinerRow, Snapshot } from './snapshot.ts'

const { bold, cyan, dim, green, red, yellow } = picocolors
const WIDTH = 78

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const
/** A number of bytes for people. */
export function size(bytes: bigint): string {
  let value = Number(bytes)
  let unit = 0
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`
}

const line = (title: string): string => dim(`── ${title} ${'─'.repeat(WIDTH - title.length - 4)}`)

function minerCell(row: MinerRow, name: string): string {
  const state = row.state === 'positive' ? '' : ` ${red(row.state)}`
  const mark = row.challenged
    ? yellow('◐')
    : row.audit === undefined
      ? dim('○')
      : row.audit.result === 'Passed'
        ? green('●')
        : red('✘')
  const audit = row.audit ? dim(`@${row.audit.block}`) : ''
  return `${mark} ${name.padEnd(10)} ${size(row.bytes).padStart(10)} ${audit}${state}`
}

/** Lines of the live view. `names` gives accounts the names that people know. */
export function render(
  snapshot: Snapshot,
  endpoints: readonly (readonly [string, string])[],
  names: ReadonlyMap<AccountId, string>,
  uptimeMs: number,
): string[] {
  const seconds = Math.floor(uptimeMs / 1000)
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
  const out = [`${bold(cyan('CESS'))} ${bold('local network')}  ${dim(`up ${clock}`)}`, '']
  for (const [name, url] of endpoints) out.push(`  ${name.padEnd(14)} ${url}`)
  out.push('', line('chain'))
  for (const row of snapshot.validators)
    if ('down' in row) out.push(`  ${red('✘')} ${row.name}  ${dim(row.down.slice(0, 60))}`)
    else {
      const lag = row.best - row.finalized
      const final = lag <= 4 ? green(`#${row.finalized}`) : yellow(`#${row.finalized}`)
      out.push(
        `  ${green('●')} ${row.name}  best ${bold(`#${row.best}`)}  final ${final}  ${dim(`${row.peers} peers`)}`,
      )
    }
  out.push('', line('miners'))
  const cells = snapshot.miners
    .map((row) => ({ row, name: names.get(row.account) ?? row.account.slice(2, 12) }))
    .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
    .map(({ row, name }) => minerCell(row, name))
  const rows = Math.ceil(cells.length / 2)
  for (let i = 0; i < rows; i++) out.push(`  ${pad(cells[i]!, 38)} ${cells[i + rows] ?? ''}`)
  if (cells.length === 0) out.push(dim('  none yet'))
  out.push(dim('  ● audit passed   ◐ asked   ○ nothing to prove yet   ✘ failed or missed'))
  out.push('', line('deals'))
  for (const deal of snapshot.deals.slice(0, 6))
    out.push(
      `  ${deal.file.slice(0, 16)}…  ${size(deal.bytes).padStart(10)}  ${bar(deal.done, 12)}`,
    )
  if (snapshot.deals.length > 6) out.push(dim(`  and ${snapshot.deals.length - 6} more`))
  if (snapshot.deals.length === 0) out.push(dim('  none under way'))
  out.push(
    '',
    dim(
      '  Ctrl-C stops everything. In another terminal: npm run cess -- put FILE --dev-key //Dave',
    ),
  )
  return out
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
const COLOUR = /\x1b\[[0-9;]*m/g
/** Pads to a width that colours do not count in. */
const pad = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - text.replaceAll(COLOUR, '').length))

const bar = (done: number, of: number): string =>
  `${green('█'.repeat(done))}${dim('░'.repeat(of - done))} ${done} of ${of} miners`

/** Draws over the last picture, without flicker. */
export function createScreen(out: NodeJS.WriteStream) {
  let drawn = false
  return {
    draw(lines: readonly string[]): void {
      const start = drawn ? '\x1b[H' : '\x1b[?1049h\x1b[?25l\x1b[H'
      drawn = true
      out.write(`${start}${lines.map((one) => `${one}\x1b[K`).join('\n')}\x1b[J`)
    },
    /** Gives the terminal back as it was. */
    close(): void {
      if (drawn) out.write('\x1b[?25h\x1b[?1049l')
    },
  }
}
