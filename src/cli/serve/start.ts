import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Certificate } from '../../pki/index.ts'
import {
  type CrlFolderSource,
  type CrlHttpSource,
  cachedSource,
  combinedSource,
  crlFolderSource,
  crlHttpSource,
  ocspHttpSource,
  type RevocationPolicy,
  type RevocationSource,
} from '../../pki/index.ts'
import {
  type AuditLog,
  type CaseStore,
  type Condition,
  type CounterStore,
  createHttpHandler,
  type HealthSource,
  type HttpRoutes,
  headFile,
  headInStore,
  type ListeningServer,
  type ListenOptions,
  listen,
  memoryStore,
  type NonceStore,
  openAuditLog,
  type RequestEvent,
  redisStore,
  sqliteStore,
  TokenService,
  type TokenServiceOptions,
} from '../../server/index.ts'
import { isOrigin } from '../../token/index.ts'
import { readPem, readText } from '../bounded-file.ts'
import { usageError } from '../cli-error.ts'
import { packageVersion } from '../package-version.ts'
import { starting } from '../starting.ts'
import { readCertificates } from '../trust/files.ts'
import { Diagnosis } from './diagnosis.ts'
import { Issuance, readKey } from './issuance.ts'
import { readServeSettings, type ServeSettings } from './settings.ts'
import { StoreCheck } from './store-check.ts'
import { auditDenials, Terminals } from './terminals.ts'
import { settingsOfWorker } from './workers.ts'

/** Connections of the probe listener, at most. */
const mostProbes = 100

/** A running server. */
export interface RunningServer {
  readonly settings: ServeSettings
  readonly listening: ListeningServer
  /** Health, readiness and metrics, on whichever listener. */
  readonly probes: HttpRoutes
  /** The separate listener of health, readiness and metrics, if any. */
  readonly admin: ListeningServer | undefined
  /** The state of every part. */
  conditions(): readonly Condition[]
  /**
   * Reloads the settings and all files they name: TLS key and certificates, anchors, lists, terminals, purposes,
   * token formats. Requests under way keep the former ones. Rotates the audit log.
   *
   * @throws CliError `ERR_USAGE` for an invalid setting, or one that needs a restart; `ERR_FILE`; CertificateError,
   *   ServerError. The former settings then stay in effect.
   */
  reload(): Promise<void>
  /** Drains, completes running requests, then closes store and audit log. */
  close(): Promise<void>
}

/** Settings that can be reloaded without a restart; of `listen` and `terminals` only the files they name. */
const reloadable: ReadonlySet<string> = new Set([
  'anchors',
  'hierarchies',
  'userVerification',
  'profiles',
  'revocation',
  'purposes',
  'tokenFormats',
  'challengeSeconds',
] satisfies (keyof ServeSettings)[])

/**
 * Starts an issuance server.
 *
 * @param file - path of its settings.
 * @param onRequest - called for each request.
 * @param worker - its number, when it is one of several processes.
 * @throws CliError `ERR_FILE`, `ERR_USAGE`; CertificateError, RefusalError, AuditError, ServerError, DependencyError.
 */
export async function startServer(
  file: string,
  onRequest: (event: RequestEvent) => void,
  worker?: number,
): Promise<RunningServer> {
  const read = async () => {
    const { settings, folder } = await readServeSettings(file)
    return { settings: worker === undefined ? settings : settingsOfWorker(settings, worker), folder }
  }
  const { settings, folder } = await read()
  const inFolder = (path: string): string => resolve(folder, path)
  const { origin, drainSeconds, graceSeconds, limits, adminListen } = settings
  const loaded = await loadFiles(settings, folder)
  let { terminals } = loaded
  const opened: { close?(): unknown }[] = [{ close: () => terminals.close() }]
  try {
    const { store, kept } = await openStore(settings, inFolder)
    opened.push(store)
    const audit = settings.audit && (await openAudit(settings.audit, kept, inFolder))
    if (audit !== undefined) opened.push(audit)
    const service = new TokenService({
      origin,
      store,
      ...loaded.service,
      pseudonymKey: loaded.pseudonymKey,
      challengesPerTerminal: settings.challengesPerTerminal,
      audit,
      version: packageVersion(),
      configuration: loaded.service.configuration,
      instance: `${hostname()}:${process.pid}`,
    })
    const issuance = await Issuance.open(settings, folder, { store, audit })
    opened.push(issuance)
    await service.checkInstances()
    const announcing = setInterval(() => service.refreshInstances(), 1_000).unref()
    opened.push({ close: () => clearInterval(announcing) })
    const storeCheck = await StoreCheck.start(store)
    opened.push(storeCheck)
    const diagnosis = new Diagnosis(settings, folder)
    opened.push(diagnosis)
    await diagnosis.update(loaded)
    const health: readonly HealthSource[] = [
      storeCheck,
      { conditions: () => store.conditions?.() ?? [] },
      service,
      diagnosis,
      { conditions: () => terminals.conditions() },
      issuance,
      ...(audit === undefined ? [] : [audit]),
    ]
    const handler = await createHttpHandler({
      service,
      ...issuance.handlerOptions,
      log: onRequest,
      ...(terminals.terminalOf !== undefined && {
        terminalOf: (request, caller) => terminals.terminalOf!(request, caller),
      }),
      allows: (terminal) => terminals.allows(terminal),
      denied: audit && auditDenials(audit),
      allowSerialNumber: settings.allowSerialNumber,
      certificateChecks: settings.certificateChecks,
      metrics: settings.metrics,
      health,
      basePath: settings.basePath,
      probes: settings.probes ?? adminListen === undefined,
      ...(settings.terminals.by === 'network' && {
        hosts: [new URL(origin).hostname, ...(settings.listen.hosts ?? [])].filter((host) => !host.startsWith('[')),
      }),
      limits: {
        bodyBytes: limits.bodyBytes,
        timeoutMs: limits.timeoutSeconds === undefined ? undefined : limits.timeoutSeconds * 1000,
        perTerminal: limits.perTerminal,
        perAddress: limits.perAddress,
        concurrency: limits.concurrency,
        queueMs: limits.queueSeconds === undefined ? undefined : Math.round(limits.queueSeconds * 1000),
      },
    })
    const listenAdmin = async () => listen(handler.admin, { ...adminListen!, maxConnections: mostProbes })
    const admin = adminListen && (await starting(adminListen, listenAdmin))
    if (admin !== undefined) opened.push(admin)
    issuance.start()
    const listening = await starting(loaded.listen, () => listen(handler, loaded.listen))
    return {
      settings,
      listening,
      probes: handler.admin,
      admin,
      conditions: () => health.flatMap((source) => source.conditions()),
      async reload() {
        const next = await read()
        const fixed = restartNeededBy(settings, next.settings)
        if (fixed !== undefined) throw usageError('needs-restart', fixed)
        const now = await loadFiles(next.settings, next.folder)
        try {
          if (!Buffer.from(now.pseudonymKey).equals(loaded.pseudonymKey)) {
            throw usageError('needs-restart', 'pseudonymKey')
          }
          // Both validate before they change anything; the service first, as it has more to validate.
          service.reconfigure(now.service)
          try {
            if (now.listen.tls !== undefined) listening.updateTls(now.listen.tls)
          } catch (error) {
            service.reconfigure(loaded.service)
            throw error
          }
        } catch (error) {
          now.terminals.close()
          throw error
        }
        terminals.close()
        terminals = now.terminals
        loaded.service = now.service
        await issuance.look()
        await diagnosis.update(now)
        // A log with only its header is not rotated.
        if (audit !== undefined && settings.audit?.rotateOnReload !== false && audit.head.count > 1)
          await audit.rotate()
      },
      async close() {
        await listening.close({ drainMs: drainSeconds * 1000, graceMs: graceSeconds * 1000 })
        terminals.close()
        diagnosis.close()
        clearInterval(announcing)
        await storeCheck.close()
        await issuance.close()
        await service.close()
        // Probes are answered until the end.
        await admin?.close({ graceMs: 0 })
      },
    }
  } catch (error) {
    for (const one of opened.toReversed()) await one.close?.()
    throw error
  }
}

/** The files named in the settings, read and verified. */
export interface Loaded {
  service: Pick<
    TokenServiceOptions,
    | 'anchors'
    | 'revocation'
    | 'hierarchies'
    | 'userVerification'
    | 'profiles'
    | 'purposes'
    | 'formats'
    | 'challengeLifetimeMs'
    | 'configuration'
  >
  /** The folder of revocation lists. */
  readonly lists: CrlFolderSource | undefined
  /** Revocation lists over HTTP. */
  readonly listSource: CrlHttpSource | undefined
  readonly pseudonymKey: Uint8Array
  readonly terminals: Terminals
  readonly listen: ListenOptions
}

export async function loadFiles(settings: ServeSettings, folder: string): Promise<Loaded> {
  const inFolder = (path: string): string => resolve(folder, path)
  if (!isOrigin(settings.origin)) throw usageError('bad-settings', 'origin')
  const anchors = await readCertificates(inFolder(settings.anchors), 'anchors')
  const { hierarchies, userVerification, profiles, purposes, tokenFormats: formats } = settings
  const { revocation, folder: lists, listSource } = revocationOf(settings, inFolder, anchors)
  const challengeLifetimeMs = settings.challengeSeconds * 1000
  const configuration = configurationOf(settings, anchors)
  const trust = { anchors, revocation, hierarchies, userVerification, profiles }
  const service = { ...trust, purposes, formats, challengeLifetimeMs, configuration }
  const pseudonymKey = await readKey('pseudonymKey', inFolder(settings.pseudonymKey))
  const listen = await listenOptionsOf(settings, inFolder)
  return { service, lists, listSource, pseudonymKey, terminals: await Terminals.open(settings, folder), listen }
}

/**
 * Digest of the settings that must be equal on all machines: what is issued and accepted, not how a machine is reached.
 *
 * @returns SHA-256, hexadecimal.
 */
function configurationOf(settings: ServeSettings, anchors: readonly Certificate[]): string {
  const { origin, hierarchies, userVerification, profiles, revocation, purposes } = settings
  const { tokenFormats: formats, challengeSeconds, allowSerialNumber, certificateChecks, machines } = settings
  const list = (values: readonly string[] | undefined): readonly string[] | undefined => values?.toSorted()
  const digests = anchors.map(({ der }) => createHash('sha256').update(der).digest('hex'))
  const compared = {
    ...{ origin, anchors: list(digests), hierarchies: list(hierarchies), userVerification: list(userVerification) },
    // The first format is that of challenges, so their order counts.
    ...{ profiles, revocation: revocation.mode, purposes: list(purposes), formats },
    ...{ challengeSeconds, allowSerialNumber, certificateChecks, machines, ...issuedBy(settings) },
  }
  return createHash('sha256').update(JSON.stringify(compared)).digest('hex')
}

/** What is equal on all machines about documents and municipal PINs. Nothing without them. */
function issuedBy({ issuance, municipalPins }: ServeSettings): object {
  const { registers, composer, module, issuers, documents, ...limits } = issuance ?? {}
  const { serverKey, formerKeys, ...pins } = municipalPins ?? {}
  return {
    ...(issuance !== undefined && {
      issuance: { registers: registers?.map(({ name }) => name), documents: documents?.toSorted(), ...limits },
    }),
    ...(municipalPins !== undefined && { municipalPins: pins }),
  }
}

/** The first changed setting that requires a restart. */
function restartNeededBy(before: ServeSettings, after: ServeSettings): string | undefined {
  const fixed = (settings: ServeSettings): Readonly<Record<string, unknown>> => ({
    ...settings,
    listen: {
      ...settings.listen,
      tls: settings.listen.tls && { clientCa: settings.listen.tls.clientCa !== undefined },
    },
    terminals: { by: settings.terminals.by, header: 'header' in settings.terminals && settings.terminals.header },
  })
  const [a, b] = [fixed(before), fixed(after)]
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...names].find((name) => !reloadable.has(name) && !isDeepStrictEqual(a[name], b[name]))
}

async function openAudit(
  { file, sync, rotateMegabytes, endFile, name }: NonNullable<ServeSettings['audit']>,
  texts: Pick<CounterStore, 'read' | 'write'> | undefined,
  inFolder: (path: string) => string,
): Promise<AuditLog> {
  const path = inFolder(file)
  const inStore = texts && headInStore(texts, name ?? `${hostname()}:${path}`)
  return openAuditLog(path, {
    sync,
    rotateBytes: rotateMegabytes === undefined ? undefined : rotateMegabytes * 1_048_576,
    heads: endFile === undefined ? inStore : headFile(inFolder(endFile)),
  })
}

function revocationOf(
  { revocation: { mode, lists, refreshSeconds, listUrl, ocspUrl } }: ServeSettings,
  inFolder: (path: string) => string,
  anchors: readonly Certificate[],
): {
  readonly revocation: RevocationPolicy
  readonly folder: CrlFolderSource | undefined
  readonly listSource?: CrlHttpSource | undefined
} {
  const sources: RevocationSource[] = []
  const refreshMs = refreshSeconds === undefined ? undefined : refreshSeconds * 1000
  const folder = lists === undefined ? undefined : crlFolderSource({ folder: inFolder(lists), anchors, refreshMs })
  if (folder !== undefined) sources.push(folder)
  const listSource = listUrl === undefined ? undefined : crlHttpSource({ url: listUrl, anchors })
  if (listSource !== undefined) sources.push(listSource)
  if (ocspUrl !== undefined) sources.push(cachedSource(ocspHttpSource({ url: ocspUrl })))
  if (mode === 'none') {
    if (sources.length > 0) throw usageError('bad-settings', 'revocation.mode')
    return { revocation: { mode }, folder }
  }
  if (sources.length === 0) throw usageError('bad-settings', 'revocation.lists')
  // A "good" of one source does not hide a revocation reported by another.
  return { revocation: { mode, sources: [combinedSource(sources)] }, folder, listSource }
}

async function listenOptionsOf(
  { listen: { host, port, tls, maxConnections, keepAliveSeconds, proxies }, terminals }: ServeSettings,
  inFolder: (path: string) => string,
): Promise<ListenOptions> {
  const wantsCertificates = terminals.by === 'client-certificate'
  if (wantsCertificates && tls?.clientCa === undefined) throw usageError('bad-settings', 'listen.tls.clientCa')
  if (terminals.by === 'proxy-header' && proxies === undefined) throw usageError('bad-settings', 'listen.proxies')
  const read = (path: string): Promise<string> => readPem(inFolder(path))
  return {
    host,
    port,
    maxConnections,
    proxies: proxies && {
      ...proxies,
      terminalHeader: terminals.by === 'proxy-header' ? terminals.header : undefined,
    },
    keepAliveTimeoutMs: keepAliveSeconds === undefined ? undefined : keepAliveSeconds * 1000,
    ...(tls !== undefined && {
      tls: {
        cert: await read(tls.certificate),
        key: await read(tls.key),
        ...(tls.clientCa !== undefined && { ca: await read(tls.clientCa) }),
        requestClientCert: tls.clientCa === undefined ? ('none' as const) : ('required' as const),
      },
    }),
  }
}

/** Opens the store, and the durable store of texts, if any. */
export async function openStore(
  { store, issuance, municipalPins }: ServeSettings,
  inFolder: (path: string) => string,
): Promise<{ readonly store: NonceStore & CaseStore; readonly kept: CounterStore | undefined }> {
  if (store.kind === 'memory') return { store: memoryStore(), kept: undefined }
  if (store.kind === 'sqlite') {
    const durable = await sqliteStore({ file: inFolder(store.file) })
    return { store: durable, kept: durable }
  }
  const { url, urlFile, prefix, tls, sentinel, waitForServer } = store
  if ((url === undefined) === (urlFile === undefined)) throw usageError('bad-settings', 'store.url')
  const address = url ?? (await readText(inFolder(urlFile!))).trim()
  if (!URL.canParse(address)) throw usageError('bad-settings', 'store.urlFile')
  if (tls !== undefined && new URL(address).protocol !== 'rediss:') throw usageError('bad-settings', 'store.tls')
  if ((tls?.certificate === undefined) !== (tls?.key === undefined)) throw usageError('bad-settings', 'store.tls.key')
  const read = async (path: string | undefined): Promise<string | undefined> =>
    path === undefined ? undefined : readText(inFolder(path))
  const shared = await redisStore({
    url: address,
    prefix,
    lazy: waitForServer,
    durable: issuance !== undefined || municipalPins !== undefined,
    tls: tls && {
      ca: await read(tls.ca),
      cert: await read(tls.certificate),
      key: await read(tls.key),
      servername: tls.servername,
    },
    sentinel: sentinel && {
      name: sentinel.name,
      nodes: sentinel.nodes,
      username: sentinel.username,
      password: (await read(sentinel.passwordFile))?.trim(),
    },
  })
  return { store: shared, kept: shared }
}
