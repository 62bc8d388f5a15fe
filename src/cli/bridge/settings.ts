import { dirname } from 'node:path'
import { isClientOrigin } from '../../bridge/index.ts'
import {
  type BridgeMethod,
  type BridgeService,
  bridgeMethods,
  bridgeServices,
  type PinEntry,
  pinEntries,
} from '../../bridge-client/index.ts'
import { isSecureAddress } from '../../http-client.ts'
import { customerLanguages } from '../../messages/index.ts'
import { loadAll } from '../../optional-package.ts'
import { identifierPattern } from '../../token/index.ts'
import { readText } from '../bounded-file.ts'
import { usageError } from '../cli-error.ts'
import { parseSettings, validSettings } from '../settings-file.ts'

/** Settings of `jpki-card bridge`, as in its file. Paths are relative to that file. */
export interface BridgeSettings {
  readonly host: '127.0.0.1' | '::1'
  readonly port: number
  readonly clients: readonly { readonly origin: string; readonly methods?: readonly BridgeMethod[] | undefined }[]
  /** Where the one-time secret is written, mode 0600. Default: it is printed, once. */
  readonly pairing?: { readonly file: string } | undefined
  /** Names of the readers that are used. Default: all. */
  readonly readers?: readonly string[] | undefined
  readonly pinEntry: PinEntry
  readonly shuffleDigits: boolean
  readonly channel: 'convenience-store' | 'municipal-machine'
  readonly services: readonly BridgeService[]
  readonly purposes: readonly string[]
  readonly server?:
    | {
        readonly url: string
        readonly terminal: string
        /** File with the bearer token of this terminal. */
        readonly tokenFile?: string | undefined
        /** PEM files. */
        readonly ca?: string | undefined
        readonly certificate?: string | undefined
        readonly key?: string | undefined
      }
    | undefined
  readonly documents: readonly string[]
  /** ES module with a function `createPrinter` that returns a `Printer`, or a promise of it. */
  readonly printer?: { readonly module: string } | undefined
  /** File with the profile of the municipal application. */
  readonly issuanceProfile?: string | undefined
  readonly keepTries?: number | undefined
  readonly idleSeconds: number
  readonly outcomeSeconds: number
  readonly resumeSeconds: number
  readonly language: keyof typeof customerLanguages
  readonly attended: boolean
  readonly contact?: string | undefined
  readonly accepts: 'card' | 'phone' | 'card-or-phone'
}

/**
 * Reads the settings of a bridge. Every key must be known and every value valid.
 *
 * @returns the settings, and the folder their paths are relative to.
 * @throws CliError `ERR_FILE`; `ERR_USAGE` naming the setting, never its value. DependencyError `ERR_DEPENDENCY_MISSING`.
 */
export async function readBridgeSettings(
  file: string,
): Promise<{ readonly settings: BridgeSettings; readonly folder: string }> {
  const json = parseSettings(await readText(file))
  await loadAll({ zod: () => import('zod'), ws: () => import('ws') })
  const settings = validSettings(await settingsSchema(), json)
  const { services, server, documents, printer, issuanceProfile } = settings
  if (services.includes('token') !== (server !== undefined)) throw usageError('bad-settings', 'services, server')
  if (documents.length > 0 !== (printer !== undefined)) throw usageError('bad-settings', 'documents, printer')
  if (documents.length > 0 && server === undefined) throw usageError('bad-settings', 'documents, server')
  if (services.includes('issuance-application') !== (issuanceProfile !== undefined)) {
    throw usageError('bad-settings', 'services, issuanceProfile')
  }
  return { settings, folder: dirname(file) }
}

async function settingsSchema() {
  const { z } = await import('zod')
  const text = z.string().min(1)
  const identifier = z.string().regex(identifierPattern)
  const within = (least: number, most: number) => z.number().int().min(least).max(most)
  const languages = Object.keys(customerLanguages) as (keyof typeof customerLanguages)[]
  return z.strictObject({
    host: z.enum(['127.0.0.1', '::1']).default('127.0.0.1'),
    port: within(0, 65_535),
    clients: z
      .array(
        z.strictObject({
          origin: z.string().refine(isClientOrigin),
          methods: z.array(z.enum(bridgeMethods)).optional(),
        }),
      )
      .min(1),
    pairing: z.strictObject({ file: text }).optional(),
    readers: z.array(text).min(1).optional(),
    pinEntry: z.enum(pinEntries),
    shuffleDigits: z.boolean().default(false),
    channel: z.enum(['convenience-store', 'municipal-machine']).default('convenience-store'),
    services: z.array(z.enum(bridgeServices)).min(1).default(['token']),
    purposes: z.array(identifier).min(1),
    server: z
      .strictObject({
        url: z.string().refine(isSecureAddress),
        terminal: identifier,
        tokenFile: text.optional(),
        ca: text.optional(),
        certificate: text.optional(),
        key: text.optional(),
      })
      .optional(),
    documents: z.array(identifier).max(16).default([]),
    printer: z.strictObject({ module: text }).optional(),
    issuanceProfile: text.optional(),
    keepTries: within(2, 15).optional(),
    idleSeconds: within(1, 600).default(60),
    outcomeSeconds: within(0, 600).default(5),
    resumeSeconds: within(0, 60).default(5),
    language: z.enum(languages).default('ja'),
    attended: z.boolean().default(false),
    contact: z
      .string()
      .regex(/^[0-9+() -]{4,24}$/)
      .optional(),
    accepts: z.enum(['card', 'phone', 'card-or-phone']).default('card-or-phone'),
  })
}
