import { randomBytes } from 'node:crypto'
import { type Clock, mostPages, sealDocument, systemClock } from '../../issuance/index.ts'
import { isIdentifier, isOrigin } from '../../token/index.ts'
import type { AuditSink } from '../audit/line.ts'
import type { CaseStore } from '../stores/store.ts'
import type { Composer, Register, Seal } from './ports.ts'

/** Options of {@link IssuanceDesk}. */
export interface IssuanceDeskOptions {
  /** Origin of this server, as that of the tokens. */
  readonly origin: string
  /** Shared by all instances of the desk. */
  readonly store: CaseStore
  /** At least one. Several are asked about each document, and must agree. */
  readonly registers: readonly Register[]
  readonly composer: Composer
  readonly audit?: AuditSink | undefined
  /** Processes and machines on which the desk runs, from 1. Default 1 each. */
  readonly instances?: { readonly processes?: number | undefined; readonly machines?: number | undefined } | undefined
  /** Kinds of documents that are issued. Default: any. */
  readonly documents?: readonly string[] | undefined
  /** Time from the opening of a case until its document must be printed, milliseconds, 10 000 to 900 000. Default 180 000. */
  readonly lifetimeMs?: number | undefined
  /** Time after that for the terminal's report of a released document, milliseconds, 0 to 900 000. Default 120 000. */
  readonly outcomeMs?: number | undefined
  /** How long the end of a case can be asked for, milliseconds, 0 to 86 400 000. Default 3 600 000. */
  readonly retentionMs?: number | undefined
  /** Age of a register's `asOf` at which documents are refused, milliseconds, 1 000 to 86 400 000. Default 300 000. */
  readonly registerMaxAgeMs?: number | undefined
  /**
   * How long a port may take to end after its signal is aborted, milliseconds, 0 to 60 000. A result after that stops
   * issuing: a composer that ignores the end of a case may mix up cases. Default 1 000.
   */
  readonly abortGraceMs?: number | undefined
  /** Pages of a case, 1 to 1 000. Default 100. */
  readonly maxPages?: number | undefined
  /** Bytes of all pages of a case, 1 024 to 33 000 000. Default 8 388 608. */
  readonly maxBytes?: number | undefined
  /**
   * Whether registers and the issuing system get the serial number of the holder's certificate, whose collection is
   * restricted by law; it is then kept in the store with the case. Default false.
   */
  readonly includeSerialNumber?: boolean | undefined
  /** Default: the system clock. */
  readonly clock?: Clock | undefined
  /** Makes the ids of cases: 32 characters of base64url. For simulations only. Default: 24 random bytes. */
  readonly newId?: (() => string) | undefined
  /** For simulations only. Default: `sealDocument` of `jpki-card/issuance`. */
  readonly seal?: Seal | undefined
}

/** The options with their defaults. */
export type DeskSettings = {
  readonly [Name in Exclude<keyof IssuanceDeskOptions, 'instances' | 'audit' | 'documents'>]-?: Exclude<
    IssuanceDeskOptions[Name],
    undefined
  >
} & Pick<IssuanceDeskOptions, 'audit' | 'documents'>

/** @throws TypeError, RangeError naming the option that is not as described in {@link IssuanceDeskOptions}. */
export function settingsOf(options: IssuanceDeskOptions): DeskSettings {
  const { origin, store, registers, composer, documents, audit, instances = {} } = options
  if (!isOrigin(origin)) throw new TypeError('origin must be an origin: scheme, host and port, nothing else')
  if (typeof store?.compareAndSet !== 'function' || typeof store.due !== 'function') {
    throw new TypeError('store must have compareAndSet and due')
  }
  const areRegisters = Array.isArray(registers) && registers.every((one) => isIdentifier(one?.name) && isLookup(one))
  if (!areRegisters || registers.length === 0) throw new TypeError('registers must be registers with a name and lookup')
  if (new Set(registers.map(({ name }) => name)).size !== registers.length) {
    throw new TypeError('registers must have different names')
  }
  if (typeof composer?.compose !== 'function') throw new TypeError('composer must have compose')
  if (documents?.every(isIdentifier) === false) throw new TypeError('documents must be identifiers')
  const settings: DeskSettings = {
    origin,
    store,
    registers,
    composer,
    audit,
    documents,
    lifetimeMs: 180_000,
    outcomeMs: 120_000,
    retentionMs: 3_600_000,
    registerMaxAgeMs: 300_000,
    abortGraceMs: 1_000,
    maxPages: 100,
    maxBytes: 8_388_608,
    includeSerialNumber: false,
    clock: systemClock,
    newId: () => randomBytes(24).toString('base64url'),
    seal: sealDocument,
    ...defined(options),
  }
  for (const [name, least, most] of ranges) requireRange(name, settings[name], least, most)
  const { processes = 1, machines = 1 } = instances
  requireRange('instances.processes', processes, 1, 1_000)
  requireRange('instances.machines', machines, 1, 1_000)
  requireScope(store, processes, machines)
  return settings
}

const ranges = [
  ['lifetimeMs', 10_000, 900_000],
  ['outcomeMs', 0, 900_000],
  ['retentionMs', 0, 86_400_000],
  ['registerMaxAgeMs', 1_000, 86_400_000],
  ['abortGraceMs', 0, 60_000],
  ['maxPages', 1, mostPages],
  ['maxBytes', 1_024, 33_000_000],
] as const

function isLookup({ lookup }: Register): boolean {
  return typeof lookup === 'function'
}

/** The options that are given. */
function defined(options: IssuanceDeskOptions): Partial<DeskSettings> {
  const given = Object.entries(options).filter(([name, value]) => name !== 'instances' && value !== undefined)
  return Object.fromEntries(given) as Partial<DeskSettings>
}

function requireRange(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${name} must be an integer from ${least} to ${most}`)
  }
}

/** A case opened in one process is released in another. */
function requireScope({ scope }: CaseStore, processes: number, machines: number): void {
  const fits = scope === 'shared' || (machines === 1 && (scope === 'machine' || processes === 1))
  if (!fits) throw new RangeError(`store: one for a single ${scope}, where more are configured in instances`)
}
