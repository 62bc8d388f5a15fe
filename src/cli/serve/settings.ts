import { dirname } from 'node:path'
import { isSecureAddress } from '../../http-client.ts'
import { load, loadAll } from '../../optional-package.ts'
import type { JpkiProfiles } from '../../pki/index.ts'
import { isBasePath } from '../../server/http/options.ts'
import { isHeaderName, networkIn } from '../../server/http/proxies.ts'
import { identifierPattern, type TokenFormat, tokenFormat, tokenFormats } from '../../token/index.ts'
import { type UserVerification, userVerifications } from '../../user-verification.ts'
import { readText } from '../bounded-file.ts'
import { usageError } from '../cli-error.ts'
import { parseSettings, validSettings } from '../settings-file.ts'

/** How terminals are authenticated. */
export type TerminalSettings = (
  | { readonly by: 'client-certificate' }
  | { readonly by: 'bearer-token'; readonly file: string }
  | { readonly by: 'network' }
  /** A proxy of `listen.proxies` has authenticated the terminal, and passes its name in this header. */
  | { readonly by: 'proxy-header'; readonly header: string }
) & {
  /** File with the names of terminals that may use the server, one per line, reloaded when it changes. Default: all. */
  readonly allowed?: string | undefined
  /** File with the names of blocked terminals, in the same form. */
  readonly revoked?: string | undefined
}

/** A service of the municipality over HTTP: `https`, or `http` on the same machine. */
export interface PortSettings {
  readonly url: string
  /** File with the bearer token it is asked with, reloaded when it changes. */
  readonly tokenFile?: string | undefined
}

/** Issuance of documents. Either `registers` and `composer`, or `module`. */
export interface IssuanceSettings {
  readonly registers?: readonly (PortSettings & { readonly name: string })[] | undefined
  readonly composer?: PortSettings | undefined
  /** ES module with a function `createPorts` that returns `{ registers, composer }`, or a promise of it. */
  readonly module?: string | undefined
  /** File with the bearer tokens of the issuing system, in the form of those of terminals. */
  readonly issuers?: string | undefined
  /** Kinds of documents that are issued. Default: any. */
  readonly documents?: readonly string[] | undefined
  readonly lifetimeSeconds?: number | undefined
  readonly outcomeSeconds?: number | undefined
  readonly retentionSeconds?: number | undefined
  readonly registerMaxAgeSeconds?: number | undefined
  readonly maxPages?: number | undefined
  readonly maxBytes?: number | undefined
  readonly includeSerialNumber: boolean
}

/** PINs that the municipality keeps. */
export interface MunicipalPinSettings {
  /** File of at least 64 hexadecimal digits. */
  readonly serverKey: string
  /** Files with former keys. */
  readonly formerKeys?: readonly string[] | undefined
  readonly maxTries?: number | undefined
  readonly maxWrongTries?: number | undefined
  readonly minDigits: number
  readonly maxDigits: number
  readonly revealUnregistered: boolean
}

/** Settings of `jpki-card serve`, as in its file. Paths are relative to that file. */
export interface ServeSettings {
  readonly origin: string
  readonly listen: {
    readonly host: string
    readonly port: number
    readonly tls?:
      | {
          readonly certificate: string
          readonly key: string
          readonly clientCa?: string | undefined
          /** Revocation lists of the client CA, DER or PEM, reloaded when the file changes. */
          readonly clientLists?: string | undefined
        }
      | undefined
    readonly maxConnections?: number | undefined
    readonly keepAliveSeconds?: number | undefined
    /** Trusted proxies: their addresses and networks, and the header to which they append the caller's address. */
    readonly proxies?:
      | {
          readonly trusted: readonly string[]
          readonly addressHeader?: 'x-forwarded-for' | 'forwarded' | undefined
        }
      | undefined
    /** Host names accepted besides that of the origin, for terminals identified by network. */
    readonly hosts?: readonly string[] | undefined
  }
  /** Number of worker processes on the address. More than one requires a store they share: SQLite or Redis. */
  readonly workers: number
  /** Number of machines that serve the origin. More than one requires Redis as the store. */
  readonly machines: number
  /** Not a setting: whether this process serves probes on the address for terminals. */
  readonly probes?: boolean | undefined
  /** Separate listener for health, readiness and metrics. */
  readonly adminListen?: { readonly host: string; readonly port: number } | undefined
  /** Path prefix of the routes. Default: none. */
  readonly basePath?: string | undefined
  readonly terminals: TerminalSettings
  /** Folder or file of CA certificates. */
  readonly anchors: string
  readonly hierarchies: readonly ('production' | 'test' | 'virtual')[]
  /** Ways to verify the holder that are accepted. Default: `pin` and `device`. */
  readonly userVerification?: readonly UserVerification[] | undefined
  /** Policies and issuers of certificates besides those known. */
  readonly profiles?: JpkiProfiles | undefined
  readonly revocation: {
    readonly mode: 'required' | 'best-effort' | 'none'
    /** Folder of revocation lists, reloaded as it changes. */
    readonly lists?: string | undefined
    /** Refresh interval of the folder. Default 60. */
    readonly refreshSeconds?: number | undefined
    readonly listUrl?: string | undefined
    readonly ocspUrl?: string | undefined
  }
  readonly purposes?: readonly string[] | undefined
  /** Token formats that are served; the first is that of challenges whose request names none. Default: the newest. */
  readonly tokenFormats?: readonly TokenFormat[] | undefined
  readonly challengeSeconds: number
  readonly challengesPerTerminal?: number | undefined
  /** Default: SQLite, in `store.sqlite`. */
  readonly store:
    | { readonly kind: 'memory' }
    | { readonly kind: 'sqlite'; readonly file: string }
    | {
        readonly kind: 'redis'
        readonly url?: string | undefined
        /** File with the URL, which may contain a password. */
        readonly urlFile?: string | undefined
        readonly prefix?: string | undefined
        /** For `rediss://`: PEM files. */
        readonly tls?:
          | {
              readonly ca?: string | undefined
              readonly certificate?: string | undefined
              readonly key?: string | undefined
              readonly servername?: string | undefined
            }
          | undefined
        /** Queried for the primary; host and port of `url` are then not used. */
        readonly sentinel?:
          | {
              readonly name: string
              readonly nodes: readonly { readonly host: string; readonly port: number }[]
              readonly username?: string | undefined
              readonly passwordFile?: string | undefined
            }
          | undefined
        /** Start without Redis, and become ready when it is reachable. */
        readonly waitForServer: boolean
      }
  /** File of at least 64 hexadecimal digits. */
  readonly pseudonymKey: string
  readonly audit?:
    | {
        readonly file: string
        readonly sync: boolean
        /** File length in MiB at which the log is rotated. Default: never. */
        readonly rotateMegabytes?: number | undefined
        /** Whether SIGHUP rotates the log. */
        readonly rotateOnReload: boolean
        /** File where the end of the log is kept, apart from it. Default: the store, unless that is memory. */
        readonly endFile?: string | undefined
        /** Name of this log in the store. Default: host name and path. */
        readonly name?: string | undefined
      }
    | undefined
  readonly issuance?: IssuanceSettings | undefined
  readonly municipalPins?: MunicipalPinSettings | undefined
  /** File with the bearer tokens of clerks, in the form of those of terminals, reloaded when it changes. */
  readonly clerks?: string | undefined
  readonly allowSerialNumber: boolean
  readonly certificateChecks: boolean
  readonly limits: {
    readonly bodyBytes?: number | undefined
    readonly timeoutSeconds?: number | undefined
    readonly perTerminal?: Rate | false | undefined
    readonly perAddress?: Rate | false | undefined
    readonly concurrency?: number | undefined
    readonly queueSeconds?: number | undefined
  }
  readonly metrics: boolean
  readonly accessLog: boolean
  /** Duration of the drain phase: still serving, but not ready. */
  readonly drainSeconds: number
  /** Grace period for running requests after that. */
  readonly graceSeconds: number
}

interface Rate {
  readonly perSecond: number
  readonly burst: number
}

/**
 * Reads the settings of a server. Every key must be known and every value valid: an error must not silently leave a
 * default in effect.
 *
 * @returns the settings, and the folder their paths are relative to.
 * @throws CliError `ERR_FILE`; `ERR_USAGE` naming the setting, never its value, which may be a secret.
 * @throws DependencyError `ERR_DEPENDENCY_MISSING` naming every missing optional package that these settings require.
 */
export async function readServeSettings(
  file: string,
): Promise<{ readonly settings: ServeSettings; readonly folder: string }> {
  const text = await readText(file)
  const json = parseSettings(text)
  await loadAll(packagesFor(json))
  const schema = await settingsSchema()
  const data = validSettings(schema, json)
  const {
    workers,
    machines,
    store: { kind },
    metrics,
    adminListen,
    issuance,
    municipalPins,
    tokenFormats,
  } = data
  // A nonce issued by one process is taken by another.
  if (workers > 1 && kind === 'memory') throw usageError('bad-settings', 'workers, store.kind')
  if (machines > 1 && kind !== 'redis') throw usageError('bad-settings', 'machines, store.kind')
  if (issuance !== undefined) {
    const { registers, composer, module } = issuance
    const overHttp = [registers, composer].filter((one) => one !== undefined).length
    if (overHttp !== (module === undefined ? 2 : 0)) {
      throw usageError('bad-settings', 'issuance.registers, issuance.composer, issuance.module')
    }
    if (new Set(registers?.map(({ name }) => name)).size < (registers?.length ?? 0)) {
      throw usageError('bad-settings', 'issuance.registers')
    }
    // Documents are sealed to the visit key of this format.
    if (tokenFormats?.includes(tokenFormat) === false) throw usageError('bad-settings', 'issuance, tokenFormats')
  }
  // PINs and tries would be lost with the process.
  if (municipalPins !== undefined && kind === 'memory') throw usageError('bad-settings', 'municipalPins, store.kind')
  if (municipalPins !== undefined && municipalPins.minDigits > municipalPins.maxDigits) {
    throw usageError('bad-settings', 'municipalPins.minDigits, municipalPins.maxDigits')
  }
  // Each process has its own metrics; only the primary process can merge them.
  if (workers > 1 && metrics && adminListen === undefined) throw usageError('bad-settings', 'workers, adminListen')
  return { settings: data, folder: dirname(file) }
}

/** The optional packages required by these settings, which are not validated yet. */
function packagesFor(json: unknown): Parameters<typeof loadAll>[0] {
  const { store, metrics } = (json ?? {}) as {
    readonly store?: { readonly kind?: unknown }
    readonly metrics?: unknown
  }
  return {
    zod: () => import('zod'),
    hono: () => import('hono'),
    '@hono/node-server': () => import('@hono/node-server'),
    ...(metrics !== false && { 'prom-client': () => import('prom-client') }),
    ...((store === undefined || store.kind === 'sqlite') && { libsql: () => import('libsql') }),
    ...(store?.kind === 'redis' && { redis: () => import('redis') }),
  }
}

async function settingsSchema() {
  const { z } = await load('zod', () => import('zod'))
  const text = z.string().min(1)
  const names = { allowed: text.optional(), revoked: text.optional() }
  const identifier = z.string().regex(identifierPattern)
  const hierarchies = z.array(z.enum(['production', 'test', 'virtual'])).min(1)
  const within = (least: number, most: number) => z.number().int().min(least).max(most)
  const rate = z.union([
    z.literal(false),
    z.strictObject({ perSecond: z.number().positive(), burst: z.number().min(1) }),
  ])
  const redisAddress = z.url({ protocol: /^rediss?$/ })
  const webAddress = z.url({ protocol: /^https?$/ })
  const portAddress = webAddress.refine(isSecureAddress)
  return z.strictObject({
    origin: webAddress,
    listen: z.strictObject({
      host: text.default('127.0.0.1'),
      port: within(0, 65_535),
      tls: z
        .strictObject({ certificate: text, key: text, clientCa: text.optional(), clientLists: text.optional() })
        .optional(),
      maxConnections: within(1, 65_535).optional(),
      keepAliveSeconds: within(1, 600).optional(),
      proxies: z
        .strictObject({
          trusted: z.array(text.refine((one) => networkIn(one) !== undefined)).min(1),
          addressHeader: z.enum(['x-forwarded-for', 'forwarded']).optional(),
        })
        .optional(),
      hosts: z.array(z.string().regex(/^[A-Za-z0-9._-]+$/)).optional(),
    }),
    workers: within(1, 256).default(1),
    machines: within(1, 1_000).default(1),
    adminListen: z.strictObject({ host: text.default('127.0.0.1'), port: within(0, 65_535) }).optional(),
    basePath: z.string().refine(isBasePath).optional(),
    terminals: z.discriminatedUnion('by', [
      z.strictObject({ by: z.literal('client-certificate'), ...names }),
      z.strictObject({ by: z.literal('bearer-token'), file: text, ...names }),
      z.strictObject({ by: z.literal('network'), ...names }),
      z.strictObject({ by: z.literal('proxy-header'), header: text.refine(isHeaderName), ...names }),
    ]),
    anchors: text,
    hierarchies: hierarchies.default(['production']),
    userVerification: z.array(z.enum(userVerifications)).min(1).optional(),
    profiles: z
      .strictObject({
        policies: z
          .array(
            z.strictObject({
              oid: z.string().regex(/^[0-2](\.(0|[1-9]\d*)){1,30}$/),
              use: z.enum(['auth', 'sign']),
              hierarchies: hierarchies.default(['production']),
              userVerification: z.enum(userVerifications).optional(),
              source: text,
            }),
          )
          .optional(),
        issuers: z
          .array(
            z.strictObject({
              organization: text,
              unit: text,
              issues: z.enum(['auth', 'sign']),
              hierarchy: z.enum(['production', 'test', 'virtual']).default('production'),
            }),
          )
          .optional(),
      })
      .optional(),
    revocation: z.strictObject({
      mode: z.enum(['required', 'best-effort', 'none']),
      lists: text.optional(),
      refreshSeconds: within(0, 86_400).optional(),
      listUrl: webAddress.optional(),
      ocspUrl: webAddress.optional(),
    }),
    purposes: z.array(identifier).min(1).optional(),
    tokenFormats: z
      .array(z.enum(Object.keys(tokenFormats) as TokenFormat[]))
      .min(1)
      .optional(),
    challengeSeconds: within(5, 600).default(120),
    challengesPerTerminal: within(1, 100_000).optional(),
    store: z
      .discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('memory') }),
        z.strictObject({ kind: z.literal('sqlite'), file: text.default('store.sqlite') }),
        z.strictObject({
          kind: z.literal('redis'),
          url: redisAddress.optional(),
          urlFile: text.optional(),
          prefix: text.optional(),
          tls: z
            .strictObject({
              ca: text.optional(),
              certificate: text.optional(),
              key: text.optional(),
              servername: text.optional(),
            })
            .optional(),
          sentinel: z
            .strictObject({
              name: text,
              nodes: z.array(z.strictObject({ host: text, port: within(1, 65_535) })).min(1),
              username: text.optional(),
              passwordFile: text.optional(),
            })
            .optional(),
          waitForServer: z.boolean().default(false),
        }),
      ])
      .default({ kind: 'sqlite', file: 'store.sqlite' }),
    pseudonymKey: text,
    audit: z
      .strictObject({
        file: text,
        sync: z.boolean().default(false),
        rotateMegabytes: within(1, 1_048_576).optional(),
        rotateOnReload: z.boolean().default(true),
        endFile: text.optional(),
        name: identifier.optional(),
      })
      .optional(),
    issuance: z
      .strictObject({
        registers: z
          .array(z.strictObject({ name: identifier, url: portAddress, tokenFile: text.optional() }))
          .min(1)
          .optional(),
        composer: z.strictObject({ url: portAddress, tokenFile: text.optional() }).optional(),
        module: text.optional(),
        issuers: text.optional(),
        documents: z.array(identifier).min(1).optional(),
        lifetimeSeconds: within(10, 900).optional(),
        outcomeSeconds: within(0, 900).optional(),
        retentionSeconds: within(0, 86_400).optional(),
        registerMaxAgeSeconds: within(1, 86_400).optional(),
        maxPages: within(1, 1_000).optional(),
        maxBytes: within(1_024, 33_000_000).optional(),
        includeSerialNumber: z.boolean().default(false),
      })
      .optional(),
    municipalPins: z
      .strictObject({
        serverKey: text,
        formerKeys: z.array(text).max(8).optional(),
        maxTries: within(1, 15).optional(),
        maxWrongTries: within(1, 10_000).optional(),
        minDigits: within(4, 16).default(4),
        maxDigits: within(4, 16).default(4),
        revealUnregistered: z.boolean().default(false),
      })
      .optional(),
    clerks: text.optional(),
    allowSerialNumber: z.boolean().default(false),
    certificateChecks: z.boolean().default(true),
    limits: z
      .strictObject({
        bodyBytes: within(1_024, 1_048_576).optional(),
        timeoutSeconds: within(1, 600).optional(),
        perTerminal: rate.optional(),
        perAddress: rate.optional(),
        concurrency: within(1, 65_536).optional(),
        queueSeconds: z.number().min(0.01).max(60).optional(),
      })
      .default({}),
    metrics: z.boolean().default(true),
    accessLog: z.boolean().default(false),
    drainSeconds: within(0, 600).default(0),
    graceSeconds: within(0, 600).default(10),
  })
}
