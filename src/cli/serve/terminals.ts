import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { Certificate, crlStatus, derBlocks, RevocationList } from '../../pki/index.ts'
import type { AuditSink, Caller, Condition, DeniedEvent, HealthSource, HttpHandlerOptions } from '../../server/index.ts'
import { isIdentifier } from '../../token/index.ts'
import { strictText } from '../bounded-file.ts'
import { usageError } from '../cli-error.ts'
import type { ServeSettings } from './settings.ts'
import { WatchedFiles } from './watched-files.ts'

/** Longest file of lists, bytes. */
const longestLists = 16_777_216
/** How long the status of a client certificate is cached while lists are unchanged, milliseconds. */
const statusHolds = 60_000
/** Denied callers written to the audit log: burst, then one per second. The others are counted. */
const mostDenials = 50

/** Authentication and authorization of terminals, from files that may change while the server runs. */
export class Terminals implements HealthSource {
  readonly #by: ServeSettings['terminals']['by']
  readonly #files = new WatchedFiles()
  #tokens: ReadonlyMap<string, string> = new Map()
  #allowed: ReadonlySet<string> | undefined
  #revoked: ReadonlySet<string> = new Set()
  #issuers: readonly Certificate[] = []
  #lists: readonly RevocationList[] | undefined
  /** Keyed by the bytes of a connection's certificate, which are the same object while it is open. */
  #statuses = new WeakMap<Uint8Array, { readonly at: number; readonly good: boolean }>()

  private constructor(by: ServeSettings['terminals']['by']) {
    this.#by = by
  }

  /** @throws CliError `ERR_FILE`, `ERR_USAGE`; CertificateError. */
  static async open({ terminals, listen }: ServeSettings, folder: string): Promise<Terminals> {
    const opened = new Terminals(terminals.by)
    const files = opened.#files
    const at = (path: string): string => resolve(folder, path)
    try {
      if (terminals.by === 'bearer-token') {
        await files.add('terminals.file', at(terminals.file), (bytes) => {
          opened.#tokens = tokensIn(strictText(bytes), 'terminals.file')
        })
      }
      if (terminals.allowed !== undefined) {
        await files.add('terminals.allowed', at(terminals.allowed), (bytes) => {
          opened.#allowed = namesIn(strictText(bytes), 'terminals.allowed')
        })
      }
      if (terminals.revoked !== undefined) {
        await files.add('terminals.revoked', at(terminals.revoked), (bytes) => {
          opened.#revoked = namesIn(strictText(bytes), 'terminals.revoked')
        })
      }
      const { clientCa, clientLists } = listen.tls ?? {}
      if (clientLists !== undefined) {
        if (clientCa === undefined) throw usageError('bad-settings', 'listen.tls.clientCa')
        await files.add('listen.tls.clientCa', at(clientCa), (bytes) => {
          opened.#issuers = derBlocks(bytes, 'CERTIFICATE').blocks.map((der) => Certificate.fromDer(der))
          opened.#statuses = new WeakMap()
        })
        await files.add(
          'listen.tls.clientLists',
          at(clientLists),
          async (bytes) => {
            const read: RevocationList[] = []
            for (const der of derBlocks(bytes, 'X509 CRL').blocks) read.push(await RevocationList.load(der))
            if (read.length === 0) throw usageError('nothing-there', 'listen.tls.clientLists')
            opened.#lists = read
            opened.#statuses = new WeakMap()
          },
          longestLists,
        )
      }
    } catch (error) {
      opened.close()
      throw error
    }
    return opened
  }

  /** Authenticates a caller; absent where terminals are identified by network. */
  get terminalOf(): HttpHandlerOptions['terminalOf'] {
    if (this.#by === 'network') return undefined
    if (this.#by === 'proxy-header') return (_, { terminalName }) => terminalName
    if (this.#by === 'client-certificate') {
      return (_, caller) => (this.#isGood(caller) ? caller.certificateName : undefined)
    }
    return (request) => bearerIn(request, this.#tokens)
  }

  allows(terminal: string): boolean {
    return !this.#revoked.has(terminal) && (this.#allowed?.has(terminal) ?? true)
  }

  /** Reloads changed files now. */
  look(): Promise<void> {
    return this.#files.look()
  }

  /** `failed` while no client certificate can be verified because every list of its issuer is expired or unusable. */
  conditions(): readonly Condition[] {
    const now = Date.now()
    const outdated = this.#lists?.every(({ nextUpdate }) => nextUpdate === undefined || nextUpdate.getTime() <= now)
    const since = outdated === true ? newest(this.#lists!) : undefined
    const detail = 'every list of listen.tls.clientLists has expired, so every client certificate is refused'
    return [
      ...(outdated === true
        ? [{ part: 'terminals', state: 'failed', reason: 'client-lists-ended', detail, since } as const]
        : []),
      ...this.#files.conditions(),
    ]
  }

  close(): void {
    this.#files.close()
  }

  /** Whether a client certificate is good by the lists, if any. */
  #isGood({ certificate }: Caller): boolean {
    if (this.#lists === undefined) return true
    if (certificate === undefined) return false
    const known = this.#statuses.get(certificate)
    const now = Date.now()
    if (known !== undefined && now >= known.at && now - known.at < statusHolds) return known.good
    const good = this.#statusOf(certificate, new Date(now))
    this.#statuses.set(certificate, { at: now, good })
    return good
  }

  #statusOf(der: Uint8Array, at: Date): boolean {
    try {
      const certificate = Certificate.fromDer(der)
      const issuers = this.#issuers.filter(({ subjectName }) => subjectName.equals(certificate.issuerName))
      return issuers.some((issuer) => crlStatus(certificate, issuer, { lists: this.#lists!, at }).status === 'good')
    } catch {
      // TLS libraries may parse what this one does not; an unverifiable certificate is not good.
      return false
    }
  }
}

/** The latest nextUpdate. */
function newest(all: readonly RevocationList[]): Date | undefined {
  const ends = all.flatMap(({ nextUpdate }) => (nextUpdate === undefined ? [] : [nextUpdate.getTime()]))
  return ends.length === 0 ? undefined : new Date(Math.max(...ends))
}

/** Writes denied callers to the audit log; beyond a rate they are only counted. */
export function auditDenials(
  audit: AuditSink,
  clock: () => number = () => performance.now(),
): (event: DeniedEvent) => void {
  let left = mostDenials
  let at = clock()
  let omitted = 0
  return ({ reason, terminal, address }) => {
    const now = clock()
    left = Math.min(mostDenials, left + (now - at) / 1_000)
    at = now
    if (left < 1) {
      omitted += 1
      return
    }
    left -= 1
    const more = omitted > 0 ? { omitted } : {}
    omitted = 0
    // The caller is refused whether it can be logged or not.
    Promise.resolve(
      audit.write({ type: 'denied', reason, terminal: terminal ?? null, address: address ?? null, ...more }),
    ).catch(() => {})
  }
}

/** One name per line; lines starting with # are comments. */
function namesIn(text: string, setting: string): ReadonlySet<string> {
  const names = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  if (!names.every(isIdentifier)) throw usageError('bad-settings', setting)
  return new Set(names)
}

/** Whose bearer token a request has. @param tokens - names by the hash of their token, see {@link tokensIn}. */
export function bearerIn(request: Request, tokens: ReadonlyMap<string, string>): string | undefined {
  // The scheme is case-insensitive, RFC 9110 11.1.
  const [, token] = /^bearer +([\x21-\x7e]{16,512})$/i.exec(request.headers.get('authorization') ?? '') ?? []
  // Looked up by hash, so that timing reveals nothing about the tokens.
  return token === undefined ? undefined : tokens.get(createHash('sha256').update(token).digest('hex'))
}

/**
 * `[{"name": "kiosk-1", "sha256": "…64 hexadecimal digits…"}]`: names by hash.
 *
 * @param setting - that names the file. @throws CliError `ERR_USAGE`.
 */
export function tokensIn(text: string, setting: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  for (const one of entries(text, setting)) {
    const { name, sha256 } = (one ?? {}) as Record<string, unknown>
    const right = isIdentifier(name) && typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256)
    if (!right || names.has(sha256)) throw usageError('bad-settings', setting)
    names.set(sha256, name)
  }
  return names
}

function entries(text: string, setting: string): readonly unknown[] {
  try {
    const list: unknown = JSON.parse(text)
    if (Array.isArray(list) && list.length > 0) return list
  } catch {}
  throw usageError('bad-settings', setting)
}
