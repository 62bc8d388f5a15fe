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
      // The schema knows all values but those of a module, and names used twice.
      if (!(error instanceof TypeError)) throw error
      throw usageError('bad-settings', module === undefined ? 'issuance.registers' : 'issuance.module')
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
      const read = strictText(bytes).trim()
      if (!isBearerToken(read)) throw usageError('bad-settings', setting)
      token = read
    })
    return () => token
  }
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
