import type { Cli } from '../cli.ts'

/** How long a command waits for others, and how often it looks. */
const WAIT_MS = 60_000
const LOOK_MS = 1_000

/** Looks until something is so, for a minute at most. Returns whether it is. */
export async function waitUntil(cli: Cli, look: () => Promise<boolean>): Promise<boolean> {
  const until = cli.clock.now() + WAIT_MS
  while (!(await look())) {
    if (cli.clock.now() >= until) return false
    await cli.clock.sleep(LOOK_MS, cli.signal)
  }
  return true
}
