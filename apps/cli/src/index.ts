import { CommanderError } from 'commander'
import { createAction, toJson } from './cli.ts'
import { CliError, type Problem, problemOf } from './errors.ts'
import { createProgram } from './program.ts'
import { processShell, type Shell } from './shell/shell.ts'

export type { Shell } from './shell/shell.ts'

/** Exit codes: done, failed, and a command line that is wrong. */
const EXIT = { ok: 0, failed: 1, usage: 2 } as const

function usage(error: CommanderError): Problem {
  const said = error.code === 'commander.help' ? 'Say what to do.' : error.message
  const sentence = said.replace(/^error: /, '')
  return { code: 'USAGE', message: `${sentence} \`cess help\` shows what there is.` }
}

/** Runs `cess` with these arguments (without the program's own) and returns the exit code. */
export async function runCli(
  argv: readonly string[],
  shell: Shell = processShell(),
): Promise<number> {
  const report = (problem: Problem): void => {
    if (argv.includes('--json')) shell.out(`${toJson({ error: problem })}\n`)
    else shell.err(`cess: ${problem.message}\n`)
  }
  let failed = false
  const action = createAction(shell, () => {
    failed = true
  })
  try {
    await createProgram(action, shell).parseAsync([...argv], { from: 'user' })
    return failed ? EXIT.failed : EXIT.ok
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.ok
      report(usage(error))
      return EXIT.usage
    }
    report(problemOf(error))
    if (shell.env['CESS_TRACE'] && error instanceof Error) shell.err(`${error.stack}\n`)
    return error instanceof CliError && error.code === 'USAGE' ? EXIT.usage : EXIT.failed
  }
}
