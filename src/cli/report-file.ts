import { writeFile } from 'node:fs/promises'
import { withFile } from './cli-error.ts'
import type { Options } from './options.ts'

/** Writes a report to the file that the option names, if it was given. @throws CliError `ERR_FILE`. */
export async function writeReport(options: Options, option: 'html' | 'junit', make: () => string): Promise<void> {
  const file = options.get(option)
  if (file !== undefined) await withFile('cannot-write', () => writeFile(file, make()))
}
