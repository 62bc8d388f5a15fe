import { readFileSync } from 'node:fs'

/** The version of this package, from its package.json. Loads nothing else, so that `--version` is fast. */
export function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
