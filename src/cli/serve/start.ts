import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { openAuditLog } from '../../audit/index.ts'
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
import { usageError } from '../cli-error.ts'
import { readCertificates } from '../trust/files.ts'
import type { ServeSettings } from './settings.ts'
import { terminalOf } from './terminals.ts'

/** A server that runs, and how it ends. */
export interface RunningServer {
  readonly listening: ListeningServer
  /** What an operator has to look at, as it was found at start. */
  readonly warnings: readonly Condition[]
  /** Finishes what runs, then closes store and audit log. */
  close(): Promise<void>
}

/**
 * Starts an issuance server.
 *
 * @param folder - what the paths of the settings are relative to.
 * @param onRequest - told each request.
 * @throws CliError `ERR_FILE`, `ERR_USAGE`; CertificateError, RefusalError, AuditError, ServerError, DependencyError.
 */
export async function startServer(
  settings: ServeSettings,
  folder: string,
  onRequest: (event: RequestEvent) => void,
): Promise<RunningServer> {
  const inFolder = (path: string): string => resolve(folder, path)
  const { origin, audit, graceSeconds, limits } = settings
  if (!isOrigin(origin)) throw usageError('bad-settings', 'origin')
  const anchors = await readCertificates(inFolder(settings.anchors), 'anchors')
  const revocation = revocationOf(settings, inFolder, anchors)
  const pseudonymKey = await readKey(inFolder(settings.pseudonymKey))
  const terminals = await terminalOf(settings.terminals, folder)
  const listenOptions = await listenOptionsOf(settings, inFolder)
  const opened: { close?(): Promise<void> }[] = []
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
      audit: log,
    })
    await service.checkInstances()
    const handler = await createHttpHandler({
      service,
      log: onRequest,
      terminalOf: terminals,
      allowSerialNumber: settings.allowSerialNumber,
      metrics: settings.metrics,
      isReady: () => answers(store),
      limits: {
        bodyBytes: limits.bodyBytes,
        timeoutMs: limits.timeoutSeconds === undefined ? undefined : limits.timeoutSeconds * 1000,
        perTerminal: limits.perTerminal,
        perAddress: limits.perAddress,
      },
    })
    const listening = await listen(handler, listenOptions)
    return {
      listening,
      warnings: service.conditions().filter(({ state }) => state !== 'ok'),
      async close() {
        await listening.close({ graceMs: graceSeconds * 1000 })
        await service.close()
      },
    }
  } catch (error) {
    for (const one of opened) await one.close?.()
    throw error
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
  { listen: { host, port, tls, maxConnections, keepAliveSeconds }, terminals }: ServeSettings,
  inFolder: (path: string) => string,
): Promise<ListenOptions> {
  const wantsCertificates = terminals.by === 'client-certificate'
  if (wantsCertificates && tls?.clientCa === undefined) throw usageError('bad-settings', 'listen.tls.clientCa')
  const read = (path: string): Promise<string> => readPem(inFolder(path))
  return {
    host,
    port,
    maxConnections,
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

/** Whether a nonce can be put and taken now. */
async function answers(store: NonceStore): Promise<boolean> {
  const nonce = new Uint8Array(randomBytes(32))
  await store.put(nonce, 'ready', 1_000)
  return (await store.take(nonce)) === 'ready'
}
