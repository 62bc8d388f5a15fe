import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { isBearerToken } from '../../http-client.ts'
import {
  type AuditSink,
  type Authentication,
  type CaseStore,
  type Composer,
  type Condition,
  type HealthSource,
  type HttpHandlerOptions,
  httpComposer,
  httpRegister,
  IssuanceDesk,
  MunicipalPins,
  type Register,
} from '../../server/index.ts'
import { readText, strictText } from '../bounded-file.ts'
import { usageError } from '../cli-error.ts'
import { callModule } from '../operator-module.ts'
import type { IssuanceSettings, MunicipalPinSettings, PortSettings, ServeSettings } from './settings.ts'
import { bearerIn, tokensIn } from './terminals.ts'
import { WatchedFiles } from './watched-files.ts'

/** Longest module of the operator that is parsed, bytes. */
const longestModule = 16_777_216

/** What a desk asks and is composed with. */
interface Ports {
  readonly registers: readonly Register[]
  readonly composer: Composer
}

/** What the service of tokens and this part share. */
export interface Shared {
  readonly store: CaseStore
  readonly audit: AuditSink | undefined
}

/**
 * Issuance of documents and municipal PINs of a server, with the credentials of clerks and of the issuing system, from
 * files that may change while it runs.
 */
export class Issuance implements HealthSource {
  readonly #files = new WatchedFiles()
  #desk: IssuanceDesk | undefined
  #municipalPins: MunicipalPins | undefined
  #clerkOf: Authentication | undefined
  #issuerOf: Authentication | undefined

  private constructor() {}

  /** @throws CliError `ERR_FILE`, `ERR_USAGE`; RefusalError `ERR_STORE_UNAVAILABLE` for a store that loses PINs. */
  static async open(settings: ServeSettings, folder: string, shared: Shared): Promise<Issuance> {
    const opened = new Issuance()
    const { issuance, municipalPins, clerks } = settings
    const at = (path: string): string => resolve(folder, path)
    try {
      if (clerks !== undefined) opened.#clerkOf = await opened.#credentials('clerks', at(clerks))
      if (issuance?.issuers !== undefined) {
        opened.#issuerOf = await opened.#credentials('issuance.issuers', at(issuance.issuers))
      }
      if (issuance !== undefined) opened.#desk = await opened.#openDesk(settings, issuance, at, shared)
      if (municipalPins !== undefined) opened.#municipalPins = await openPins(municipalPins, at, shared)
    } catch (error) {
      opened.#files.close()
      throw error
    }
    return opened
  }

  /** Options of the HTTP handler. */
  get handlerOptions(): Pick<HttpHandlerOptions, 'desk' | 'municipalPins' | 'clerkOf' | 'issuerOf'> {
    return {
      desk: this.#desk,
      municipalPins: this.#municipalPins,
      clerkOf: this.#clerkOf,
      issuerOf: this.#issuerOf,
    }
  }

  /** Begins to end cases whose time is over. */
  start(): void {
    this.#desk?.start()
  }

  /** Reloads changed files now. */
  look(): Promise<void> {
    return this.#files.look()
  }

  conditions(): readonly Condition[] {
    return [...this.#files.conditions(), ...(this.#desk?.conditions() ?? [])]
  }

  /** Ends what runs for cases. Before the store and the audit log are closed. */
  async close(): Promise<void> {
    this.#files.close()
    await this.#desk?.close()
  }

  async #credentials(setting: string, path: string): Promise<Authentication> {
    let tokens: ReadonlyMap<string, string> = new Map()
    await this.#files.add(setting, path, (bytes) => {
      tokens = tokensIn(strictText(bytes), setting)
    })
    return (request) => bearerIn(request, tokens)
  }

  async #openDesk(
    { origin, workers, machines }: ServeSettings,
    settings: IssuanceSettings,
    at: (path: string) => string,
    shared: Shared,
  ): Promise<IssuanceDesk> {
    const { documents, maxPages, maxBytes, includeSerialNumber, module } = settings
    const ms = (seconds: number | undefined): number | undefined => seconds && seconds * 1000
    const ports = module === undefined ? await this.#portsOverHttp(settings, at) : await portsOf(at(module))
    try {
      return new IssuanceDesk({
        ...ports,
        ...shared,
        origin,
        instances: { processes: workers, machines },
        documents,
        maxPages,
        maxBytes,
        includeSerialNumber,
        lifetimeMs: ms(settings.lifetimeSeconds),
        outcomeMs: ms(settings.outcomeSeconds),
        retentionMs: ms(settings.retentionSeconds),
        registerMaxAgeMs: ms(settings.registerMaxAgeSeconds),
      })
    } catch (error) {
      // The settings are validated; a module may return anything.
      if (!(error instanceof TypeError)) throw error
      throw usageError('bad-settings', module === undefined ? 'issuance' : 'issuance.module')
    }
  }

  async #portsOverHttp({ registers, composer }: IssuanceSettings, at: (path: string) => string): Promise<Ports> {
    const opened: Register[] = []
    for (const [i, one] of registers!.entries()) {
      const token = await this.#tokenOf(`issuance.registers.${i}.tokenFile`, one, at)
      opened.push(httpRegister({ name: one.name, url: one.url, token }))
    }
    const token = await this.#tokenOf('issuance.composer.tokenFile', composer!, at)
    return { registers: opened, composer: httpComposer({ url: composer!.url, token }) }
  }

  /** The present content of a token file. */
  async #tokenOf(
    setting: string,
    { tokenFile }: PortSettings,
    at: (path: string) => string,
  ): Promise<(() => string) | undefined> {
    if (tokenFile === undefined) return undefined
    let token = ''
    await this.#files.add(setting, at(tokenFile), (bytes) => {
      token = portTokenIn(strictText(bytes), setting)
    })
    return () => token
  }
}

/**
 * Reads the files that the settings name for issuance and municipal PINs, as the server does, and starts nothing: a module is
 * parsed, not run.
 *
 * @returns a failed condition of the part `settings` for each that the server could not start with.
 */
export async function unusableFiles(settings: ServeSettings, folder: string): Promise<readonly Condition[]> {
  const { issuance, municipalPins, clerks } = settings
  const keys = new Set<string>()
  const key = async (path: string, setting: string): Promise<void> => {
    const digits = Buffer.from(await readKey(setting, path)).toString('hex')
    if (keys.has(digits)) throw usageError('bad-settings', setting)
    keys.add(digits)
  }
  type Check = (path: string, setting: string) => Promise<unknown>
  const tokens: Check = async (path, setting) => tokensIn(await readText(path), setting)
  const portToken: Check = async (path, setting) => portTokenIn(await readText(path), setting)
  const named: readonly (readonly [setting: string, path: string | undefined, check: Check])[] = [
    ['clerks', clerks, tokens],
    ['issuance.issuers', issuance?.issuers, tokens],
    ...(issuance?.registers ?? []).map(
      ({ tokenFile }, i) => [`issuance.registers.${i}.tokenFile`, tokenFile, portToken] as const,
    ),
    ['issuance.composer.tokenFile', issuance?.composer?.tokenFile, portToken],
    ['issuance.module', issuance?.module, parseModule],
    ['municipalPins.serverKey', municipalPins?.serverKey, key],
    ...(municipalPins?.formerKeys ?? []).map((path, i) => [`municipalPins.formerKeys.${i}`, path, key] as const),
  ]
  const found: Condition[] = []
  for (const [setting, name, check] of named) {
    if (name === undefined) continue
    try {
      await check(resolve(folder, name), setting)
    } catch (error) {
      const { code, subject } = error as { readonly code?: unknown; readonly subject?: unknown }
      const why = code === 'ERR_FILE' ? `${code}, ${String(subject)}` : String(code ?? 'ERR_USAGE')
      const detail = `${setting} is unusable (${why}): a server does not start with it`
      found.push({ part: 'settings', state: 'failed', reason: 'file-unusable', detail })
    }
  }
  return found
}

/** Has Node.js parse a module without running it. @throws CliError `ERR_USAGE`. */
async function parseModule(path: string, setting: string): Promise<void> {
  const text = await readText(path, longestModule)
  const isParsed = await new Promise((done) => {
    execFile(process.execPath, ['--check', path], { timeout: 10_000 }, (error) => done(error === null))
  })
  if (!isParsed || !/\bcreatePorts\b/.test(text)) throw usageError('bad-settings', setting)
}

/** The ports of a module of the operator. */
async function portsOf(path: string): Promise<Ports> {
  const { registers, composer } = await callModule<Ports>('issuance.module', path, 'createPorts')
  return { registers, composer }
}

async function openPins(
  { serverKey, formerKeys = [], minDigits, maxDigits, ...limits }: MunicipalPinSettings,
  at: (path: string) => string,
  shared: Shared,
): Promise<MunicipalPins> {
  const keys = [
    await readKey('municipalPins.serverKey', at(serverKey)),
    ...(await Promise.all(formerKeys.map((path, i) => readKey(`municipalPins.formerKeys.${i}`, at(path))))),
  ]
  try {
    const [own, ...former] = keys as [Uint8Array, ...Uint8Array[]]
    return new MunicipalPins({
      ...shared,
      ...limits,
      serverKey: own,
      formerKeys: former,
      pinFormat: { minDigits, maxDigits },
    })
  } catch (error) {
    if (error instanceof RangeError) throw usageError('bad-settings', 'municipalPins.formerKeys')
    throw error
  } finally {
    for (const key of keys) key.fill(0)
  }
}

/** A key of at least 32 bytes, in hexadecimal digits. @throws CliError `ERR_FILE`, `ERR_USAGE`. */
export async function readKey(setting: string, file: string): Promise<Uint8Array> {
  const text = (await readText(file)).trim()
  if (!/^(?:[0-9A-Fa-f]{2}){32,}$/.test(text)) throw usageError('bad-settings', setting)
  return new Uint8Array(Buffer.from(text, 'hex'))
}

/** The bearer token a register or composer is asked with. @throws CliError `ERR_USAGE`. */
function portTokenIn(text: string, setting: string): string {
  const token = text.trim()
  if (!isBearerToken(token)) throw usageError('bad-settings', setting)
  return token
}
