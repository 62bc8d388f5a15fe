import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BindingName } from '../../transport/pcsc/index.ts'
import { type DoctorFinding, finding } from './finding.ts'
import { readText, type System } from './system.ts'

/** Loads a binding, or fails. */
export type LoadBinding = (name: BindingName) => Promise<unknown>

/** Which PC/SC binding packages are installed and loadable. One is enough. */
export async function checkBindings(
  system: System,
  load: LoadBinding,
  names: readonly BindingName[],
): Promise<readonly DoctorFinding[]> {
  const found: DoctorFinding[] = []
  for (const name of names) {
    const version = await installedVersion(system, name)
    const reason = await load(name).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? reasonOf(error) : 'unknown'),
    )
    const facts = { name, version: version ?? '–', ...(reason !== undefined && { reason }) }
    found.push(reason === undefined ? finding('ok', 'binding', facts) : finding('note', 'binding-missing', facts))
  }
  return found.some(({ level }) => level === 'ok') ? found : [...found, finding('problem', 'binding-none')]
}

/** The first line of the loader's error, without paths of this machine. */
function reasonOf(error: Error): string {
  const reason = error.cause instanceof Error ? error.cause : error
  return reason.message
    .split('\n')[0]!
    .replaceAll(/(?:file:\/\/)?\/[^\s'"]*\//g, '')
    .slice(0, 200)
}

/** Looks for a package as Node does: in `node_modules` of each parent folder. */
export async function installedVersion(system: System, name: string): Promise<string | undefined> {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const text = await readText(system, join(folder, 'node_modules', name, 'package.json'))
    if (text !== undefined) return versionIn(text)
    if (folder === dirname(folder)) return undefined
  }
}

function versionIn(text: string): string | undefined {
  try {
    const { version } = JSON.parse(text) as { readonly version?: unknown }
    return typeof version === 'string' ? version : undefined
  } catch {
    return undefined
  }
}
