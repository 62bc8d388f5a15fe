/** Options of the municipal application of a virtual card, and their checks. */

import type { PositionsJson, ProfileValues } from './profile-content.ts'

interface ReadJson {
  readonly getData?: string
  readonly file?: string
  readonly record?: number
  readonly bytes?: number
  readonly object?: number
}

/** Members of an issuance profile that matter for writing. */
export interface IssuanceProfileJson {
  readonly format: string
  readonly cards: readonly string[]
  readonly aid: string
  readonly pin:
    | 'none'
    | {
        readonly manager: string
        readonly file?: string
        readonly p2?: string
        readonly digits: { readonly min: number; readonly max: number }
        readonly tries: number
      }
  readonly objects: readonly (PositionsJson & {
    readonly id: string
    readonly read: ReadJson
    readonly pin?: boolean
    readonly form: 'positions' | 'tlv'
  })[]
}

/** All names. Meanings: {@link IssuanceFault}. */
export const issuanceFaults = ['cut', 'check-digit', 'municipality', 'digits'] as const

/**
 * One fault in the content of a municipal application.
 *
 * - `cut`: the object with the user id ends 6 bytes early.
 * - `check-digit`: that of the user id is wrong by one. Juki card only.
 * - `municipality`: the code of another municipality, with a correct check digit.
 * - `digits`: a letter among the digits of the user id.
 */
export type IssuanceFault = (typeof issuanceFaults)[number]

/** Options of the municipal application; every one has a default. */
export interface IssuanceOptions {
  /**
   * 利用者ID: 14 digits on a Juki card, to which the check digit is added, up to 18 on a My Number card. Invented by
   * default.
   */
  readonly userId?: string | undefined
  /** How the digits are obscured, My Number card only. Default 0: not at all. */
  readonly obfuscation?: 0 | 1 | 2 | undefined
  /** 4 to 8 digits with 3 tries; `none`: free to read. Default `1234` on a Juki card, `none` on a My Number card. */
  readonly pin?: string | undefined
  /** Default: nothing. */
  readonly faults?: readonly IssuanceFault[] | undefined
}

/**
 * A municipal application after a profile of docs/issuance.md, of which a vendor's own gives layout and AID. The library
 * reads the values back that are given here.
 */
export interface ProfileIssuanceOptions extends ProfileValues {
  /** Mode of obfuscated fields that give their mode themselves. Default 0. */
  readonly obfuscation?: 0 | 1 | 2 | undefined
  /** PIN of a profile whose PIN the card verifies. Default: `1234`, continued with `567890` where it is longer. */
  readonly pin?: string | undefined
}

/** The same, checked. */
export interface ProfileIssuanceContent {
  readonly profile: IssuanceProfileJson
  readonly values: ProfileValues
  readonly obfuscation: 0 | 1 | 2
  readonly pin: string | undefined
}

/** The options, checked. */
export interface IssuanceContent {
  readonly userId: string
  readonly obfuscation: 0 | 1 | 2
  readonly pin: string | undefined
  readonly faults: ReadonlySet<IssuanceFault>
}

/**
 * @param card - undefined: a phone, which has no such application.
 * @returns undefined for a card without municipal application.
 * @throws TypeError, RangeError naming the option that is out of its range.
 */
export function resolveIssuance(
  options: IssuanceOptions | ProfileIssuanceOptions | false | undefined,
  card: 'my-number' | 'juki' | undefined,
): IssuanceContent | ProfileIssuanceContent | undefined {
  if (options === false) return undefined
  if (card === undefined) {
    if (options !== undefined) throw new RangeError('issuance: a phone has no municipal application')
    return undefined
  }
  if (options !== undefined && 'profile' in options) return resolveProfileIssuance(options, card)
  return card === 'juki' ? resolveJuki(options ?? {}) : resolveFreeArea(options ?? {})
}

function resolveProfileIssuance(options: ProfileIssuanceOptions, card: 'my-number' | 'juki'): ProfileIssuanceContent {
  const { obfuscation = 0, pin } = options
  const profile = options.profile as IssuanceProfileJson
  if (profile?.format !== 'jpki-card/issuance-profile@1') {
    throw new TypeError('issuance.profile must have the format jpki-card/issuance-profile@1')
  }
  if (!profile.cards.includes(card)) throw new RangeError(`issuance.profile: not for the card ${card}`)
  if (![0, 1, 2].includes(obfuscation)) throw new TypeError('issuance.obfuscation must be 0, 1 or 2')
  return { profile, values: options, obfuscation, pin }
}

function resolveJuki({ userId = '20030825000017', obfuscation, pin = '1234', faults = [] }: IssuanceOptions) {
  if (!/^[0-9]{14}$/.test(userId)) throw new TypeError('issuance.userId must be 14 digits')
  if (obfuscation !== undefined) throw new RangeError('issuance.obfuscation: on a My Number card only')
  return { userId, obfuscation: 0 as const, pin: resolvePin(pin), faults: resolveFaults(faults) }
}

function resolveFreeArea({ userId = '123456789012', obfuscation = 0, pin = 'none', faults = [] }: IssuanceOptions) {
  if (!/^[0-9]{1,18}$/.test(userId)) throw new TypeError('issuance.userId must be 1 to 18 digits')
  if (![0, 1, 2].includes(obfuscation)) throw new TypeError('issuance.obfuscation must be 0, 1 or 2')
  const set = resolveFaults(faults)
  if (set.has('check-digit')) throw new RangeError('issuance.faults: check-digit on a Juki card only')
  return { userId, obfuscation, pin: resolvePin(pin), faults: set }
}

function resolvePin(pin: string): string | undefined {
  if (pin === 'none') return undefined
  if (!/^[0-9]{4,8}$/.test(pin)) throw new TypeError('issuance.pin must be 4 to 8 digits, or none')
  return pin
}

function resolveFaults(names: readonly string[]): Set<IssuanceFault> {
  for (const name of names) {
    if (!(issuanceFaults as readonly string[]).includes(name)) {
      throw new TypeError(`issuance.faults: unknown fault ${name}`)
    }
  }
  return new Set(names as readonly IssuanceFault[])
}
