import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * A folder of public material that tests read but this repository does not hold: beside the checkout, or where the
 * environment says. `undefined` when it is not there.
 */
export function sharedFolder(path: string, variable?: string): string | undefined {
  const named = variable === undefined ? undefined : process.env[variable]
  const folder = named ?? fileURLToPath(new URL(`../../../shared/${path}`, import.meta.url))
  return existsSync(folder) ? folder : undefined
}
