// Makes a fresh clone runnable: installs what package-lock.json asks for when it is not there yet.
// Plain JavaScript for Node 18 and up, because it runs before the pinned Node 26 is installed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const lock = readFileSync(join(root, 'package-lock.json'), 'utf8')
const stampFile = join(root, 'node_modules', '.cess-bootstrap')
const stamp = createHash('sha256').update(lock).digest('hex')
const ready = existsSync(join(root, 'node_modules', '.bin', 'node')) && existsSync(stampFile)

if (!ready || readFileSync(stampFile, 'utf8') !== stamp) {
  process.stdout.write('Installing dependencies (once, about 20 seconds)…\n')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  // Packages warn of the Node.js that runs npm; nothing here runs on it.
  const { status } = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
  })
  if (status !== 0) {
    process.stderr.write(
      'npm ci failed, so nothing was started. Check the network and run the command again.\n',
    )
    process.exit(status ?? 1)
  }
  writeFileSync(stampFile, stamp)
}
