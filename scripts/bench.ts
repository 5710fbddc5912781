// Runs every benchmark (packages/*/bench, test/*/bench), writes the results as JSON and as a table in docs/benchmarks.md.
// A benchmark prints one JSON line a measure: { name, value, unit, peer?, peerValue?, ratio?, note? }.
import { spawn } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'

interface Measure {
  readonly bench: string
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly peer?: string
  readonly peerValue?: number
  readonly ratio?: number
  readonly note?: string
}

const BEGIN = '<!-- results: written by npm run bench -->'
const END = '<!-- end of results -->'
const only = process.argv.slice(2)
const files = globSync('{packages,test}/*/bench/*.bench.ts')
  .filter((file) => only.length === 0 || only.some((word) => file.includes(word)))
  .sort()

function run(file: string): Promise<Measure[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] })
    let out = ''
    child.stdout.on('data', (data: Buffer) => {
      out += data.toString()
    })
    child.on('error', reject)
    child.on('close', (code) => {
      if (code !== 0) return reject(new Error(`${file} ended with exit code ${code}`))
      const lines = out.split('\n').filter((line) => line.startsWith('{'))
      resolve(
        lines.map((line) => ({ bench: file, ...(JSON.parse(line) as Omit<Measure, 'bench'>) })),
      )
    })
  })
}

const short = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3)
const row = (m: Measure): string => {
  const peer = m.peer ? `${m.peer}: ${m.peerValue === undefined ? '' : short(m.peerValue)}` : ''
  return `| ${m.name} | ${short(m.value)} ${m.unit} | ${peer} | ${m.ratio === undefined ? '' : `${short(m.ratio)}×`} | ${m.note ?? ''} |`
}

const results: Measure[] = []
for (const file of files) {
  const measures = await run(file)
  for (const measure of measures) {
    results.push(measure)
    console.log(row(measure))
  }
}
if (results.length === 0) {
  console.log('No benchmark matches. Name part of a file, or nothing for all.')
  process.exit(1)
}
mkdirSync('bench-results', { recursive: true })
const machine = `${cpus()[0]?.model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`
const date = new Date().toISOString().slice(0, 10)
writeFileSync(
  `bench-results/${date}.json`,
  `${JSON.stringify({ date, machine, results }, undefined, 2)}\n`,
)
if (only.length === 0) {
  const table = [
    BEGIN,
    `Measured on ${date}: ${machine}.`,
    '',
    '| what | ours | peer, in the same run | ratio | note |',
    '|---|---|---|---|---|',
    ...results.map(row),
    END,
  ].join('\n')
  const page = readFileSync('docs/benchmarks.md', 'utf8')
  const [before, rest] = page.split(BEGIN)
  const after = rest?.split(END)[1]
  if (after === undefined) throw new Error(`docs/benchmarks.md needs the lines ${BEGIN} and ${END}`)
  writeFileSync('docs/benchmarks.md', `${before}${table}${after}`)
}
