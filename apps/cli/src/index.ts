import { CommanderError } from 'commander'
import { toJson } from './cli.ts'
import { CliError, type Problem, problemOf } from './errors.ts'
import { createProgram } from './program.ts'

/** Exit codes: done, failed, and a command line that is wrong. */
const EXIT = { ok: 0, failed: 1, usage: 2 } as const

function report(problem: Problem, json: boolean): void {
  if (json) process.stdout.write(`${toJson({ error: problem })}\n`)
  else process.stderr.write(`cess: ${problem.message}\n`)
}

/** Runs `cess` with these arguments (without the program's own) and returns the exit code. */
export async function runCli(argv: readonly string[]): Promise<number> {
  const json = argv.includes('--json')
  const program = createProgram()
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return process.exitCode === EXIT.failed ? EXIT.failed : EXIT.ok
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.ok
      const message = error.message.replace(/^error: /, '')
      const shown = error.code === 'commander.help' ? 'Say what to do.' : message
      report({ code: 'USAGE', message: `${shown} \`cess help\` shows what there is.` }, json)
      return EXIT.usage
    }
    report(problemOf(error), json)
    if (process.env['CESS_TRACE'] && error instanceof Error)
      process.stderr.write(`${error.stack}\n`)
    return error instanceof CliError && error.code === 'USAGE' ? EXIT.usage : EXIT.failed
  }
}
