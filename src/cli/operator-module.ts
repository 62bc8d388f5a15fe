import { pathToFileURL } from 'node:url'
import { usageError } from './cli-error.ts'

/**
 * What a function of an ES module of the operator returns.
 *
 * @param setting - name of the setting that has the path.
 * @throws CliError `ERR_USAGE` naming the setting, and the code or name of the error.
 */
export async function callModule<T>(setting: string, path: string, name: string): Promise<T> {
  try {
    const exported = (await import(pathToFileURL(path).href)) as Record<string, () => T | Promise<T>>
    return await exported[name]!()
  } catch (error) {
    const { code, name: kind } = error as { readonly code?: unknown; readonly name?: unknown }
    throw usageError('bad-settings', `${setting} (${String(code ?? kind)})`)
  }
}
