import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import type { HttpHandlerOptions } from '../../http/index.ts'
import { isIdentifier } from '../../token/index.ts'
import { readText } from '../bounded-file.ts'
import { usageError } from '../cli-error.ts'
import type { TerminalSettings } from './settings.ts'

/** How a request is told to be of a terminal. @throws CliError `ERR_FILE`, `ERR_USAGE`. */
export async function terminalOf(
  settings: TerminalSettings,
  folder: string,
): Promise<HttpHandlerOptions['terminalOf']> {
  if (settings.by === 'network') return undefined
  if (settings.by === 'proxy-header') return (_, { terminalName }) => terminalName
  if (settings.by === 'client-certificate') return (_, { certificateName }) => certificateName
  const names = parse(await readText(resolve(folder, settings.file)))
  return (request) => {
    const [, token] = /^Bearer ([\x21-\x7e]{16,512})$/.exec(request.headers.get('authorization') ?? '') ?? []
    // Looked up by its hash: how long that takes tells nothing of the tokens.
    return token === undefined ? undefined : names.get(createHash('sha256').update(token).digest('hex'))
  }
}

/** `[{"name": "kiosk-1", "sha256": "…64 hexadecimal digits…"}]`: names by hash. */
function parse(text: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  for (const one of entries(text)) {
    const { name, sha256 } = (one ?? {}) as Record<string, unknown>
    const right = isIdentifier(name) && typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256)
    if (!right || names.has(sha256)) throw usageError('bad-settings', 'terminals.file')
    names.set(sha256, name)
  }
  return names
}

function entries(text: string): readonly unknown[] {
  try {
    const list: unknown = JSON.parse(text)
    if (Array.isArray(list) && list.length > 0) return list
  } catch {}
  throw usageError('bad-settings', 'terminals.file')
}
