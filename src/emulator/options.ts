/** Options of a virtual card and their checks. */

import type { ContentFault } from './applications/content-faults.ts'
import type { IssuanceOptions, ProfileIssuanceOptions } from './applications/issuance-options.ts'
import type { FaultScript } from './faults.ts'
import { type Identity, individualNumberFormat } from './issue/identity.ts'
import { type PinName, pinNames } from './table.ts'

/** Kinds of token: マイナンバーカード, 住民基本台帳カード, スマホ用電子証明書 on Android (GP-SE) and on iPhone. */
export const virtualCardKinds = ['my-number', 'juki', 'phone-android', 'phone-iphone'] as const

/** One of the kinds of token the virtual card can be. */
export type VirtualCardKind = (typeof virtualCardKinds)[number]

/** Optional capabilities that real cards and readers may lack. All default to true. */
export interface VirtualCardCapabilities {
  /** READ BINARY and READ RECORD by short EF identifier. Three sources report it on cards. */
  readonly shortFileId?: boolean
  /**
   * Extended Lc and Le. Off: every extended form is answered 6700, or `extendedLengthRefusal`. Some readers lack it;
   * one ATR listed for a My Number card declares that the card lacks it.
   */
  readonly extendedLength?: boolean
  /** VERIFY, CHANGE and signing with P2 = 80|SFI. One or two sources. */
  readonly directReference?: boolean
}

/**
 * How a reader truncates a response: not at all, to the status word, or to the first bytes of its data (`keep`) or of
 * the whole response (`keepBytes`), which then usually lacks a status word.
 */
export type ExtendedAnswers = 'whole' | 'empty' | { readonly keep: number } | { readonly keepBytes: number }

/** Options of `createVirtualCard`; every one has a default. */
export interface VirtualCardOptions {
  /** Default `my-number`. */
  readonly kind?: VirtualCardKind | undefined
  readonly capabilities?: VirtualCardCapabilities | undefined
  /** Selects the ATR only; files and rules are the same on both. Default `contact`. A phone is contactless. */
  readonly interface?: 'contact' | 'contactless' | undefined
  /** Overrides the ATR, 2 to 33 bytes. */
  readonly atr?: Uint8Array | undefined
  /** 利用者証明用 PIN, 4 digits. Default `1234`. */
  readonly authPin?: string | undefined
  /** 署名用 password, 6 to 16 of A-Z 0-9. Default `ABC123`. */
  readonly signPassword?: string | undefined
  /** 券面事項入力補助用 PIN, 4 digits. Default `1234`. */
  readonly textPin?: string | undefined
  /** 住民基本台帳用 PIN, 4 digits, also issued to the common AP as its separate PIN. Default `1234`. */
  readonly jukiPin?: string | undefined
  /** 個人番号, 12 digits, also 照合番号A. Default: that of the identity, `123456789018` unless it has another. */
  readonly individualNumber?: string | undefined
  /** Tries left at the start, 0 (blocked) to the full number of that PIN. */
  readonly triesLeft?: Partial<Readonly<Record<PinName, number>>> | undefined
  /** False: issued without a 署名用電子証明書, as for children. Default true. */
  readonly signCertificate?: boolean | undefined
  /**
   * 顔認証マイナンバーカード: a My Number card without 署名用電子証明書, whose 利用者証明用 PIN is blocked unless `triesLeft` says
   * otherwise. The first is official, the second inferred: how its counters read is not public. Default false.
   */
  readonly faceAuthentication?: boolean | undefined
  /** 特定在留カード: a My Number card with 在留AP, which answers SELECT only (one source for its AID). Default false. */
  readonly residence?: boolean | undefined
  /** Of `phone-iphone`: the holder has verified with Face ID or Touch ID before holding it there, for one signature. Default true. */
  readonly deviceVerified?: boolean | undefined
  /** Response to the first command after each power-up. One source saw 6F00. Default `ok`. */
  readonly firstCommandAfterPowerUp?: 'ok' | '6F00' | undefined
  /** Answer of READ with an SFI while `shortFileId` is off, 0x6000 to 0x9FFF. Default 0x6A86. */
  readonly shortFileIdRefusal?: number | undefined
  /** Answer to an extended form while `extendedLength` is off, 0x6000 to 0x9FFF. Default 0x6700. */
  readonly extendedLengthRefusal?: number | undefined
  /** Answer to a reference in P2 while `directReference` is off, 0x6000 to 0x9FFF. Default 0x6A86. */
  readonly directReferenceRefusal?: number | undefined
  /** How a reader truncates responses to extended length commands. Default `whole`. */
  readonly extendedAnswers?: ExtendedAnswers | undefined
  /** Values of P2 that SELECT supports, of 0x00, 0x04 and 0x0C. Default: 0x0C, and 0x00 for an application. */
  readonly selectP2?: readonly number[] | undefined
  /** Answer to SELECT with another P2, 0x6000 to 0x9FFF. Default 0x6A86. */
  readonly selectP2Refusal?: number | undefined
  /**
   * A successful SELECT is answered 61XX, whether data was requested or not: `given` by GET RESPONSE, or GET RESPONSE
   * `refused` with 6D00. Default: 9000.
   */
  readonly selectAnnouncesData?: 'given' | 'refused' | undefined
  /** READ BINARY that reaches the end of the file early answers 6282 in place of 9000. Default false. */
  readonly endOfFileWarning?: boolean | undefined
  /** Short case-4 answers come as 61xx and GET RESPONSE, as through T=0. Default false. */
  readonly chainedResponses?: boolean | undefined
  /** CLA bit 10 is supported. Default false: 6884. */
  readonly commandChaining?: boolean | undefined
  /** An empty VERIFY of a verified PIN: 9000 (two sources), or 63Cx as OpenSC expects. Default `ok`. */
  readonly queryWhenVerified?: 'ok' | 'counter' | undefined
  /** Faults in the content of the card, by name. Default: none. */
  readonly contentFaults?: readonly ContentFault[] | undefined
  /**
   * Up to 4 bytes in front of FF20 in EF 0002 of the text AP: one source reports two on cards of 2023, without their
   * values. Default: none.
   */
  readonly textAttributesPrefix?: Uint8Array | undefined
  /** EF 0002 of the visual AP: about 2 kB, or about 20 kB like a printed card's. Default `small`. */
  readonly cardFace?: 'small' | 'large' | undefined
  /** Where GET DATA 5F51 answers on a My Number card: one source saw both. Default `manager`. */
  readonly contactAtrUnder?: 'manager' | 'applications' | undefined
  /** The municipal application of a My Number or Juki card: invented, or after a profile; `false`: issued without. */
  readonly issuance?: IssuanceOptions | ProfileIssuanceOptions | false | undefined
  /** Keys and certificates. Default: freshly made, which takes seconds; share one between cards. */
  readonly identity?: Identity | undefined
  readonly faults?: FaultScript | undefined
  /** Day of issue when no identity is given. Default: now. */
  readonly now?: Date | undefined
  /** Keep `log`. Default true; benches that send millions of commands turn it off. */
  readonly keepLog?: boolean | undefined
}

/** The secrets of a card, checked. */
export interface CardSecrets {
  readonly authPin: string
  readonly signPassword: string
  readonly textPin: string
  readonly jukiPin: string
  readonly individualNumber: string
}

export const fourDigits: RegExp = /^[0-9]{4}$/
export const signPasswordFormat: RegExp = /^[0-9A-Z]{6,16}$/

/** @throws TypeError naming the option that is out of its range. */
export function resolveSecrets(options: VirtualCardOptions, identity: Identity): CardSecrets {
  return {
    authPin: matching('authPin', options.authPin ?? '1234', fourDigits),
    signPassword: matching('signPassword', options.signPassword ?? 'ABC123', signPasswordFormat),
    textPin: matching('textPin', options.textPin ?? '1234', fourDigits),
    jukiPin: matching('jukiPin', options.jukiPin ?? '1234', fourDigits),
    individualNumber: matching(
      'individualNumber',
      options.individualNumber ?? identity.individualNumber,
      individualNumberFormat,
    ),
  }
}

/** @throws TypeError for an unknown PIN name. */
export function checkPinName(name: string): asserts name is PinName {
  if (!(pinNames as readonly string[]).includes(name)) throw new TypeError(`triesLeft: unknown PIN ${name}`)
}

function matching(name: string, value: string, format: RegExp): string {
  if (typeof value !== 'string' || !format.test(value)) throw new TypeError(`${name} must match ${format.source}`)
  return value
}

/** Properties of one card within its kind, resolved from the options. */
export interface CardProfile {
  readonly kind: VirtualCardKind
  readonly shortFileId: boolean
  readonly shortFileIdRefusal: number
  readonly extendedLength: boolean
  readonly extendedLengthRefusal: number
  readonly extendedAnswers: ExtendedAnswers
  readonly directReference: boolean
  readonly directReferenceRefusal: number
  readonly selectP2: readonly number[] | undefined
  readonly selectP2Refusal: number
  readonly selectAnnouncesData: 'given' | 'refused' | undefined
  readonly endOfFileWarning: boolean
  readonly queryWhenVerified: 'ok' | 'counter'
  readonly chainedResponses: boolean
  readonly commandChaining: boolean
}
