import { resolve } from 'node:path'
import { openAuditLog } from '../../audit/index.ts'
import { ServerError } from '../../errors.ts'
import {
  createHttpHandler,
  type ListeningServer,
  type ListenOptions,
  listen,
  type RequestEvent,
} from '../../http/index.ts'
import { type Condition, memoryStore, type NonceStore, redisStore, TokenService } from '../../server/index.ts'
import { isOrigin } from '../../token/index.ts'
import {
  cachedSource,
  combinedSource,
  crlFolderSource,
  crlHttpSource,
  ocspHttpSource,
  type RevocationPolicy,
  type RevocationSource,
} from '../../trust/index.ts'
import type { Certificate } from '../../x509/index.ts'
import { readPem, readText } from '../bounded-file.ts'
import { CliError, type Problem, usageError } from '../cli-error.ts'
import { readCertificates } from '../trust/files.ts'
import type { ServeSettings } from './settings.ts'
import { StoreCheck } from './store-check.ts'
import { terminalOf } from './terminals.ts'

/** Probes come a few at a time. */
const mostProbes = 100

/** A server that runs, and how it ends. */
export interface RunningServer {
  readonly listening: ListeningServer
  /** What an operator has to look at, as it was found at start. */
  readonly warnings: readonly Condition[]
  /** Where health, readiness and metrics are, when they are apart. */
  readonly admin: ListeningServer | undefined
  /** Drains, finishes what runs, then closes store and audit log. */
  close(): Promise<void>
}

/**
 * Starts an issuance server.
 *
 * @param folder - what the paths of the settings are relative to.
 * @param onRequest - told each request.
 * @throws CliError `ERR_FILE`, `ERR_USAGE`, `ERR_SERVER_START`; CertificateError, RefusalError, AuditError, ServerError, DependencyError.
 */
export async function startServer(
  settings: ServeSettings,
  folder: string,
  onRequest: (event: RequestEvent) => void,
): Promise<RunningServer> {
  const inFolder = (path: string): string => resolve(folder, path)
  const { origin, audit, drainSeconds, graceSeconds, limits, adminListen } = settings
  if (!isOrigin(origin)) throw usageError('bad-settings', 'origin')
  const anchors = await readCertificates(inFolder(settings.anchors), 'anchors')
  const revocation = revocationOf(settings, inFolder, anchors)
  const pseudonymKey = await readKey(inFolder(settings.pseudonymKey))
  const terminals = await terminalOf(settings.terminals, folder)
  const listenOptions = await listenOptionsOf(settings, inFolder)
  const opened: { close?(): Promise<unknown> }[] = []
  try {
    const store = await openStore(settings, inFolder)
    opened.push(store)
    const log = audit && (await openAuditLog(inFolder(audit.file), { sync: audit.sync }))
    if (log !== undefined) opened.push(log)
    const service = new TokenService({
      origin,
      anchors,
      revocation,
      pseudonymKey,
      store,
      hierarchies: settings.hierarchies,
      purposes: settings.purposes,
      challengeLifetimeMs: settings.challengeSeconds * 1000,
      challengesPerTerminal: settings.challengesPerTerminal,
      audit: log,
    })
    await service.checkInstances()
    const storeCheck = await StoreCheck.start(store)
    opened.push(storeCheck)
    const handler = await createHttpHandler({
      service,
      log: onRequest,
      terminalOf: terminals,
      allowSerialNumber: settings.allowSerialNumber,
      metrics: settings.metrics,
      health: [storeCheck],
      basePath: settings.basePath,
      probes: adminListen === undefined,
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
    const listening = await starting(listenOptions, () => listen(handler, listenOptions))
    return {
      listening,
      warnings: service.conditions().filter(({ state }) => state !== 'ok'),
      admin,
      async close() {
        await listening.close({ drainMs: drainSeconds * 1000, graceMs: graceSeconds * 1000 })
        await storeCheck.close()
        await service.close()
        // Probes are answered to the end.
        await admin?.close({ graceMs: 0 })
      },
    }
  } catch (error) {
    for (const one of opened.toReversed()) await one.close?.()
    throw error
  }
}

/** What stands in the way of listening, by the system's name of it. */
const obstacles: Readonly<Record<string, Problem>> = {
  EADDRINUSE: 'port-in-use',
  EACCES: 'port-not-allowed',
  EPERM: 'port-not-allowed',
  EADDRNOTAVAIL: 'address-not-here',
  ENOTFOUND: 'address-not-here',
  EAFNOSUPPORT: 'address-not-here',
}

/** Says why a server does not listen, which is nothing a server answered. @throws CliError `ERR_SERVER_START`. */
async function starting<T>(
  { host = '', port }: Pick<ListenOptions, 'host' | 'port'>,
  start: () => Promise<T>,
): Promise<T> {
  try {
    return await start()
  } catch (error) {
    if (!(error instanceof ServerError)) throw error
    const { code = '', syscall } = (error.cause ?? {}) as NodeJS.ErrnoException
    if (syscall === undefined) throw new CliError('ERR_SERVER_START', 'bad-tls')
    const where = `${host.includes(':') ? `[${host}]` : host}:${port}`
    const problem = obstacles[code]
    if (problem !== undefined) throw new CliError('ERR_SERVER_START', problem, where)
    throw new CliError('ERR_SERVER_START', 'cannot-listen', `${where} (${code})`)
  }
}

function revocationOf(
  { revocation: { mode, lists, refreshSeconds, listUrl, ocspUrl } }: ServeSettings,
  inFolder: (path: string) => string,
  anchors: readonly Certificate[],
): RevocationPolicy {
  const sources: RevocationSource[] = []
  if (lists !== undefined) {
    const refreshMs = refreshSeconds === undefined ? undefined : refreshSeconds * 1000
    sources.push(crlFolderSource({ folder: inFolder(lists), anchors, refreshMs }))
  }
  if (listUrl !== undefined) sources.push(crlHttpSource({ url: listUrl, anchors }))
  if (ocspUrl !== undefined) sources.push(cachedSource(ocspHttpSource({ url: ocspUrl })))
  if (mode === 'none') {
    if (sources.length > 0) throw usageError('bad-settings', 'revocation.mode')
    return { mode }
  }
  if (sources.length === 0) throw usageError('bad-settings', 'revocation.lists')
  // A good answer of one source hides no revocation that another knows of.
  return { mode, sources: [combinedSource(sources)] }
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

async function readKey(file: string): Promise<Uint8Array> {
  const text = (await readText(file)).trim()
  if (!/^(?:[0-9A-Fa-f]{2}){32,}$/.test(text)) throw usageError('bad-settings', 'pseudonymKey')
  return new Uint8Array(Buffer.from(text, 'hex'))
}

async function openStore({ store }: ServeSettings, inFolder: (path: string) => string): Promise<NonceStore> {
  if (store.kind === 'memory') return memoryStore()
  const { url, urlFile, prefix, tls, sentinel, waitForServer } = store
  if ((url === undefined) === (urlFile === undefined)) throw usageError('bad-settings', 'store.url')
  const address = url ?? (await readText(inFolder(urlFile!))).trim()
  if (!URL.canParse(address)) throw usageError('bad-settings', 'store.urlFile')
  if (tls !== undefined && new URL(address).protocol !== 'rediss:') throw usageError('bad-settings', 'store.tls')
  if ((tls?.certificate === undefined) !== (tls?.key === undefined)) throw usageError('bad-settings', 'store.tls.key')
  const read = async (path: string | undefined): Promise<string | undefined> =>
    path === undefined ? undefined : readText(inFolder(path))
  return redisStore({
    url: address,
    prefix,
    lazy: waitForServer,
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
}
