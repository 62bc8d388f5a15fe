import { X509Certificate } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import type { Certificate, CrlFolderSource, CrlHttpSource, RevocationList } from '../../pki/index.ts'
import type { Condition, HealthSource, ListenOptions } from '../../server/index.ts'
import type { ServeSettings } from './settings.ts'

/** Interval between checks of expiry dates and lists, milliseconds. */
const every = 60_000
const day = 86_400_000
/** Unreadable files named in a condition, at most. */
const mostProblems = 5
/** Days before the expiry of a certificate at which a warning starts. */
const noticeDays = { tls: 30, anchors: 90 }

/** Conditions of settings, certificates and revocation lists of a server, checked every minute. */
export class Diagnosis implements HealthSource {
  readonly #settings: ServeSettings
  readonly #weaknesses: Promise<readonly Condition[]>
  #weak: readonly Condition[] = []
  #loaded: Inspected | undefined
  #found: readonly Condition[] = []
  /** The same for lists over HTTP. */
  #overHttp: readonly Condition[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(settings: ServeSettings, folder: string) {
    this.#settings = settings
    this.#weaknesses = weaknessesOf(settings, (path) => resolve(folder, path))
  }

  /** Checks now, with the last loaded settings. */
  async update(loaded: Inspected): Promise<void> {
    this.#loaded = loaded
    this.#weak = await this.#weaknesses
    await this.#look()
    this.#timer ??= setInterval(() => void this.#look().catch(() => {}), every).unref()
  }

  conditions(): readonly Condition[] {
    return [...this.#weak, ...this.#found, ...this.#overHttp]
  }

  close(): void {
    clearInterval(this.#timer)
  }

  /** The lists of each anchor over HTTP. */
  async #lookOverHttp(now: number): Promise<readonly Condition[]> {
    const { service, listSource } = this.#loaded!
    if (listSource === undefined) return []
    const { lists, ocspUrl } = this.#settings.revocation
    const held = await listSource.held(new Date(now))
    return listConditions(this.#settings, service.anchors, held, now, lists === undefined && ocspUrl === undefined)
  }

  async #look(): Promise<void> {
    const now = Date.now()
    const { service, listen, lists } = this.#loaded!
    const held = await lists?.held(new Date(now))
    const { listUrl, ocspUrl } = this.#settings.revocation
    const found = [
      ...tlsConditions(listen, now),
      ...anchorConditions(service.anchors, now),
      ...(held === undefined
        ? []
        : listConditions(this.#settings, service.anchors, held, now, listUrl === undefined && ocspUrl === undefined)),
    ]
    this.#found = since(this.#found, found, now)
    // Not awaited: a hanging CRL server must not delay the start or a reload.
    void this.#lookOverHttp(now).then(
      (foundOverHttp) => {
        this.#overHttp = since(this.#overHttp, foundOverHttp, now)
      },
      () => {},
    )
  }
}

/** A persisting condition keeps the time at which it was first found. */
function since(before: readonly Condition[], found: readonly Condition[], now: number): readonly Condition[] {
  return found.map((one) => {
    const same = before.find(
      ({ part, reason, detail }) => part === one.part && reason === one.reason && detail === one.detail,
    )
    return { ...one, since: one.since ?? same?.since ?? new Date(now) }
  })
}

/** The inspected settings. */
interface Inspected {
  /** Lists over HTTP, when `revocation.listUrl` names any. */
  readonly listSource: CrlHttpSource | undefined
  readonly service: { readonly anchors: readonly Certificate[] }
  readonly listen: Pick<ListenOptions, 'tls'>
  readonly lists: CrlFolderSource | undefined
}

/** Settings that weaken security. */
async function weaknessesOf(
  settings: ServeSettings,
  inFolder: (path: string) => string,
): Promise<readonly Condition[]> {
  const { listen, terminals, audit, store, revocation } = settings
  const weak = (reason: string, detail: string): Condition => ({ part: 'settings', state: 'warning', reason, detail })
  const found: Condition[] = []
  const isOpen = listen.tls === undefined && !isLoopback(listen.host)
  if (terminals.by === 'network' && isOpen) {
    const detail =
      'terminals.by is network, and listen.host is reached from other machines without TLS: any of them can impersonate any terminal'
    found.push(weak('terminals-unauthenticated', detail))
  }
  if (terminals.by === 'bearer-token' && isOpen && listen.proxies === undefined) {
    found.push(weak('tokens-in-clear', 'bearer tokens of terminals are sent over the network without TLS'))
  }
  if (audit === undefined) found.push(weak('no-audit', 'no audit log: acceptances are not recorded'))
  if (revocation.mode !== 'required') {
    found.push(
      weak('revocation-not-required', 'revocation.mode is not required: a revoked certificate may be accepted'),
    )
  }
  const redis = store.kind === 'redis' ? store : undefined
  const secrets: readonly (readonly [setting: string, path: string | undefined])[] = [
    ['pseudonymKey', settings.pseudonymKey],
    ['listen.tls.key', listen.tls?.key],
    ['store.urlFile', redis?.urlFile],
    ['store.tls.key', redis?.tls?.key],
    ['store.sentinel.passwordFile', redis?.sentinel?.passwordFile],
    ['municipalPins.serverKey', settings.municipalPins?.serverKey],
    ...(settings.municipalPins?.formerKeys ?? []).map((path, i) => [`municipalPins.formerKeys.${i}`, path] as const),
    ['issuance.composer.tokenFile', settings.issuance?.composer?.tokenFile],
    ...(settings.issuance?.registers ?? []).map(
      ({ tokenFile }, i) => [`issuance.registers.${i}.tokenFile`, tokenFile] as const,
    ),
    ['store.file', store.kind === 'sqlite' ? store.file : undefined],
  ]
  // Who may write to these decides who is served, and what runs.
  const trusted: readonly (readonly [setting: string, path: string | undefined])[] = [
    ['terminals.file', terminals.by === 'bearer-token' ? terminals.file : undefined],
    ['clerks', settings.clerks],
    ['issuance.issuers', settings.issuance?.issuers],
    ['issuance.module', settings.issuance?.module],
  ]
  for (const [setting, path] of secrets) {
    const mode = await permissionsOf(path, inFolder)
    const detail = `the file of ${setting} is readable or writable by other users of this machine (mode ${octal(mode)}): chmod 600`
    if ((mode & 0o077) !== 0) found.push(weak('file-readable', detail))
  }
  for (const [setting, path] of trusted) {
    const mode = await permissionsOf(path, inFolder)
    const detail = `the file of ${setting} is writable by other users of this machine (mode ${octal(mode)}): chmod go-w`
    if ((mode & 0o022) !== 0) found.push(weak('file-writable', detail))
  }
  return found
}

/** Permissions of a file; 0 for one that is not named, or cannot be read: that is reported where it is read. */
async function permissionsOf(path: string | undefined, inFolder: (path: string) => string): Promise<number> {
  if (path === undefined || process.platform === 'win32') return 0
  return stat(inFolder(path)).then(
    ({ mode }) => mode & 0o777,
    () => 0,
  )
}

function octal(mode: number): string {
  return mode.toString(8).padStart(3, '0')
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

function tlsConditions({ tls }: Inspected['listen'], now: number): readonly Condition[] {
  if (tls === undefined) return []
  const ends = [
    ...endsIn(tls.cert)
      .slice(0, 1)
      .map((end) => ['the certificate of the server', end] as const),
    ...(tls.ca === undefined ? [] : endsIn(tls.ca).map((end) => ['a CA of client certificates', end] as const)),
  ]
  return ends.flatMap(([what, end]) => endCondition('tls', what, end, now, noticeDays.tls, 'failed'))
}

/** notAfter of the certificates of a PEM text. */
function endsIn(pem: string | Uint8Array): readonly number[] {
  const text = typeof pem === 'string' ? pem : Buffer.from(pem).toString('latin1')
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  return blocks.flatMap((block) => {
    try {
      return [Date.parse(new X509Certificate(block).validTo)]
    } catch {
      // Unreadable certificates are refused when the server starts listening.
      return []
    }
  })
}

function anchorConditions(anchors: readonly Certificate[], now: number): readonly Condition[] {
  const ended = anchors.filter(({ notAfter }) => notAfter.getTime() < now)
  const state = ended.length === anchors.length ? 'failed' : 'warning'
  return anchors.flatMap(({ subject, notAfter }) =>
    endCondition('anchors', `the anchor ${subject}`, notAfter.getTime(), now, noticeDays.anchors, state),
  )
}

/**
 * Whether each anchor has a current list, and what could not be read or downloaded.
 *
 * @param isOnly - the lists are the only source of revocation.
 */
function listConditions(
  { revocation }: ServeSettings,
  anchors: readonly Certificate[],
  { lists, problems }: { readonly lists: readonly RevocationList[]; readonly problems: readonly string[] },
  now: number,
  isOnly: boolean,
): readonly Condition[] {
  const condition = (state: 'warning' | 'failed', reason: string, detail: string, since?: Date): Condition => {
    return { part: 'revocation', state, reason, detail, since }
  }
  const ofAnchors = anchors.map((anchor) => {
    const own = lists.filter(({ issuerName }) => issuerName.equals(anchor.subjectName))
    const newest = own.toSorted((a, b) => b.thisUpdate.getTime() - a.thisUpdate.getTime())
    const current = newest.filter(({ nextUpdate }) => nextUpdate !== undefined && nextUpdate.getTime() > now)
    // All generations of a JPKI CA share one name; a list belongs to the anchor whose key signed it.
    const signed = current.find((list) => list.signedWith(anchor.key))
    return { anchor, own, newest: newest[0], current, signed }
  })
  // Holders of other anchors can be served, and another source may have the status.
  const isFailed = revocation.mode === 'required' && isOnly && ofAnchors.every(({ signed }) => signed === undefined)
  const state = isFailed ? 'failed' : 'warning'
  const found = ofAnchors.flatMap(({ anchor, own, newest, current, signed }) => {
    const name = anchor.subject
    if (own.length === 0) return [condition(state, 'list-missing', `no list of ${name}`)]
    if (current.length === 0) {
      const end = newest!.nextUpdate
      return [
        condition(
          state,
          'list-ended',
          `the list of ${name} expired ${end?.toISOString() ?? '(nextUpdate missing)'}`,
          end,
        ),
      ]
    }
    if (signed === undefined) {
      const detail = `no list of ${name} is signed with its key (serial number ${anchor.serialNumber}): another generation, or forged`
      return [condition(state, 'list-foreign', detail)]
    }
    const [begin, end] = [signed.thisUpdate.getTime(), signed.nextUpdate!.getTime()]
    if (end - now > (end - begin) / 10) return []
    return [condition('warning', 'list-ends-soon', `the list of ${name} expires ${signed.nextUpdate!.toISOString()}`)]
  })
  return [...found, ...problems.slice(0, mostProblems).map((one) => condition('warning', 'list-unreadable', one))]
}

function endCondition(
  part: string,
  what: string,
  end: number,
  now: number,
  noticeDays: number,
  ended: 'failed' | 'warning',
): readonly Condition[] {
  if (end - now > noticeDays * day) return []
  const at = new Date(end)
  if (end <= now)
    return [{ part, state: ended, reason: 'ended', detail: `${what} ended ${at.toISOString()}`, since: at }]
  return [{ part, state: 'warning', reason: 'ends-soon', detail: `${what} ends ${at.toISOString()}` }]
}
