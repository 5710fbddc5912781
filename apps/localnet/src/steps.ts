import picocolors from 'picocolors'

/** Runs the steps of a story one after the other, and shows each with its time. */
export interface Steps {
  step<T>(title: string, run: () => Promise<T>, note?: (value: T) => string): Promise<T>
  readonly failed: boolean
}

export function createSteps(write: (line: string) => void, now: () => number): Steps {
  let count = 0
  let failed = false
  return {
    get failed() {
      return failed
    },
    async step(title, run, note) {
      const number = String(++count).padStart(2)
      const started = now()
      try {
        const value = await run()
        const seconds = ((now() - started) / 1000).toFixed(1).padStart(6)
        const extra = note ? picocolors.dim(`  ${note(value)}`) : ''
        write(`${picocolors.green('✔')} ${number}  ${seconds} s  ${title}${extra}`)
        return value
      } catch (error) {
        failed = true
        const seconds = ((now() - started) / 1000).toFixed(1).padStart(6)
        write(`${picocolors.red('✘')} ${number}  ${seconds} s  ${title}`)
        throw error
      }
    },
  }
}
