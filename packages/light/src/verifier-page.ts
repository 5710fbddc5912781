import { readFile } from 'node:fs/promises'

/** The page that checks certificates offline, as built by `npm run build:verifier`. Node.js only. */
export const verifierPage = (): Promise<string> =>
  readFile(new URL('../verify.html', import.meta.url), 'utf8')
