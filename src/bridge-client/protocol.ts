import type { Code, Situation } from '../outcomes.ts'

/**
 * The protocol between the bridge and its clients, as types: JSON-RPC 2.0 over a WebSocket, whose subprotocol is its version.
 * `docs/bridge.md` has it in words, `docs/asyncapi.json` as a schema. Imports types only, so that it costs a page nothing.
 */

/** Versions of the protocol, newest first: the names of WebSocket subprotocols (RFC 6455, 1.9). */
export const bridgeProtocols = ['jpki-card-bridge.v1'] as const

/** One of {@link bridgeProtocols}. */
export type BridgeProtocol = (typeof bridgeProtocols)[number]

/** Path of the WebSocket. */
export const bridgePath = '/bridge'

/** What a program that is not a page names in place of its origin. */
export const programOrigin = 'program'

/** Languages of texts; see `customerLanguages` of `jpki-card/messages`. */
export type BridgeLanguage = 'ja' | 'en' | 'zh' | 'ko' | 'pt' | 'es' | 'vi'

/** Where the PIN is entered: set by the operator. */
export const pinEntries = ['keypad', 'bridge-page', 'client'] as const

/**
 * - `keypad`: at the keypad of the reader; it never reaches this computer.
 * - `bridge-page`: in a page of the bridge, which no other page can frame or read.
 * - `client`: the client hands it over. For dedicated machines only, where the page is as trusted as the bridge.
 */
export type PinEntry = (typeof pinEntries)[number]

/**
 * Services of a visit: those of `serviceMethods` in `jpki-card/credentials`, and `card-face`, which asks for 照合番号B (14 digits,
 * printed on the card) and reads the card face.
 */
export const bridgeServices = ['token', 'issuance-application', 'attributes', 'register-pin', 'card-face'] as const

/** One of {@link bridgeServices}. */
export type BridgeService = (typeof bridgeServices)[number]

/** A document, and how many copies of it, 1 to 99. */
export interface BridgeDocument {
  readonly document: string
  readonly copies: number
}

/** Text of a screen in the language of the session. */
export interface BridgeText {
  readonly title: string
  readonly text: string
  readonly next: string
  /** All of it for a speech synthesiser. */
  readonly spoken: string
  readonly language: BridgeLanguage
  /** To be shown beside it, a title and a line of text: that the PIN entered before was wrong, or when the certificate ends. */
  readonly notice?: string | undefined
}

/** A screen: draw it until the next one. */
export interface BridgeScreen {
  /** Number of the visit; absent between visits. */
  readonly visit?: number | undefined
  /** A step of the visit (`visitSteps` of `jpki-card/messages`), or `refused`. Stable, for pictures and sounds. */
  readonly step: string
  /** With `refused`: why. Stable, for pictures. */
  readonly situation?: Situation | undefined
  /** With `refused`: the code of the error behind it, for the operator. */
  readonly code?: Code | undefined
  readonly text: BridgeText
}

/** A service, and whether it can be had with this card now. */
export interface BridgeServiceLook {
  readonly service: string
  /** Why it cannot be had; absent when it can. */
  readonly reason?: Situation | undefined
  /** How many entries of its PIN this machine allows. */
  readonly entriesLeft?: number | undefined
}

/** What the card is, and what can be had with it. Contains nothing that identifies the holder. */
export interface BridgeLook {
  readonly visit: number
  /** `my-number`, `juki`, `phone-android`, `phone-iphone`, `face-authentication`, `unknown`. */
  readonly kind: string
  readonly services: readonly BridgeServiceLook[]
  readonly reason?: Situation | undefined
}

/** A question, open until it is answered, the visit ends, or nothing was done for its time. */
export type BridgeQuestion = { readonly visit: number; readonly question: number } & (
  | { readonly kind: 'service'; readonly services: readonly string[] }
  /** Any of these, each 1 to 99 times, at most 16 kinds. */
  | { readonly kind: 'documents'; readonly documents: readonly string[] }
  | {
      readonly kind: 'pin'
      /** Which PIN: `auth`, `text`, `juki`, `visual-code-b`. */
      readonly pin: string
      readonly entriesLeft?: number | undefined
      /** Digits, at least and at most; absent for a PIN of another form. */
      readonly digits?: { readonly min: number; readonly max: number } | undefined
      /** Code of the error of the entry before. */
      readonly wrong?: Code | undefined
      readonly entry: 'bridge-page' | 'client'
      /** With `bridge-page`: address of the page, good for this question only. Open it as a window of its own. */
      readonly page?: string | undefined
    }
)

/** A PIN that was refused or may have cost a try, whatever came after it. */
export interface BridgePinError {
  readonly code: Code
  readonly pin: string
  readonly triesLeft?: number | undefined
  readonly entriesLeft?: number | undefined
}

/** Name, address, birth date and sex, as stored in the card: personal data. */
export interface BridgeAttributes {
  readonly name?: string | undefined
  readonly address?: string | undefined
  /** `YYYY-MM-DD`; `00` and `0000` for what is not known. */
  readonly birthDate?: string | undefined
  readonly sex?: string | undefined
}

/** An image of the card face, base64. */
export interface BridgeImage {
  readonly format: 'png' | 'jp2'
  readonly content: string
}

/** The card face as printed: personal data. */
export interface BridgeCardFace {
  readonly birthDate?: string | undefined
  readonly sex?: string | undefined
  /** Last day of the card, `YYYY-MM-DD`. */
  readonly expiry?: string | undefined
  readonly name?: BridgeImage | undefined
  readonly address?: BridgeImage | undefined
  readonly photo?: BridgeImage | undefined
}

/** How a visit ended. */
export type BridgeOutcome = {
  readonly visit: number
  readonly pinError?: BridgePinError | undefined
} /** The server accepted the token: `holder` is its pseudonym of the holder. */ & (
  | {
      readonly kind: 'accepted'
      readonly service: string
      readonly holder: string
      readonly at: string
      /** How the server says the holder was verified: `pin`, `device`, `face`, `sight`. */
      readonly userVerification: string
    }
  /** The documents are in the tray. */
  | {
      readonly kind: 'issued'
      readonly service: string
      readonly case: string
      readonly pageCount: number
      readonly state: string
    }
  | { readonly kind: 'attributes'; readonly attributes: BridgeAttributes }
  | { readonly kind: 'card-face'; readonly cardFace: BridgeCardFace }
  | { readonly kind: 'user-id'; readonly userId: string; readonly pinChecked: 'by-card' | 'not-yet' }
  | { readonly kind: 'pin-verified' }
  | { readonly kind: 'refused'; readonly situation: Situation; readonly code?: Code | undefined }
  | { readonly kind: 'cancelled' | 'inactive' | 'removed' }
)

/** State of one reader. */
export interface BridgeReader {
  readonly name: string
  readonly card: boolean
  /** Code of the error that makes its card unusable. */
  readonly trouble?: Code | undefined
}

/** Counters since the bridge started. */
export interface BridgeCounts {
  readonly visits: number
  /** By how they ended. */
  readonly outcomes: Readonly<Record<string, number>>
  /** Refusals by their code, or situation where there is none. */
  readonly refusals: Readonly<Record<string, number>>
  /** Requests refused to clients, by code. */
  readonly requests: Readonly<Record<string, number>>
}

/** What the bridge can do now. */
export interface BridgeState {
  /** As `KioskMonitor.state`. */
  readonly state: 'ready' | 'no-reader' | 'no-service' | 'trouble'
  readonly readers: readonly BridgeReader[]
  /** The visit that lasts, and whether a session owns it. */
  readonly visit?:
    | { readonly visit: number; readonly reader: string; readonly owned: 'by-you' | 'by-other' | 'no' }
    | undefined
  readonly pinEntry: PinEntry
  /** Services and purposes that the operator allows, and documents that can be chosen. */
  readonly services: readonly string[]
  readonly purposes: readonly string[]
  readonly documents: readonly string[]
  readonly counts: BridgeCounts
}

/** Every method: what it takes, and what it returns. The only list; the bridge verifies `params` against schemas of the same shape. */
export interface BridgeMethods {
  /** Proves the one-time secret, and has the session key derived from it. Once for each secret. */
  'session.pair': {
    readonly params: { readonly nonce: string; readonly proof: string }
    readonly result: { readonly session: string; readonly proof: string }
  }
  /** Goes on with a session in a new connection. */
  'session.resume': {
    readonly params: { readonly session: string; readonly nonce: string; readonly proof: string }
    readonly result: { readonly proof: string }
  }
  /** Sets the language of texts, at any time; the present screen is sent again. */
  'session.language': { readonly params: { readonly language: BridgeLanguage }; readonly result: Empty }
  /** What the bridge can do now. */
  state: { readonly params: Empty; readonly result: BridgeState }
  /**
   * Serves the customer of a visit, who becomes this session's: from the look at the card to the outcome. Ends with the card.
   * `service`: one of those the operator allows; without it the customer chooses from those of the machine. `documents`: what is issued for an accepted token; `choose` to have the customer asked after the look.
   */
  'visit.serve': {
    readonly params: {
      readonly visit: number
      readonly purpose: string
      readonly service?: BridgeService | undefined
      readonly documents?: readonly BridgeDocument[] | 'choose' | undefined
    }
    readonly result: BridgeOutcome
  }
  /** The customer cancels. The call that serves returns `cancelled`, or the outcome that was reached before. */
  'visit.cancel': { readonly params: { readonly visit: number }; readonly result: Empty }
  /** The service that the customer chose. */
  'question.service': {
    readonly params: { readonly question: number; readonly service: string }
    readonly result: Empty
  }
  /** The documents that the customer chose, with their copies. */
  'question.documents': {
    readonly params: { readonly question: number; readonly documents: readonly BridgeDocument[] }
    readonly result: Empty
  }
  /** A PIN of a client comes as a binary frame, see `docs/bridge.md`; this name is for the list of allowed methods. */
  'question.pin': { readonly params: Empty; readonly result: Empty }
  /** The customer did something: the time of the question starts again. */
  'question.active': { readonly params: { readonly question: number }; readonly result: Empty }
}

/** No fields. */
export type Empty = Readonly<Record<never, never>>

/** Name of a method. */
export type BridgeMethod = keyof BridgeMethods

/** The names of all methods. */
export const bridgeMethods: readonly BridgeMethod[] = [
  'session.pair',
  'session.resume',
  'session.language',
  'state',
  'visit.serve',
  'visit.cancel',
  'question.service',
  'question.documents',
  'question.pin',
  'question.active',
]

/** What the bridge sends by itself, as JSON-RPC notifications. */
export interface BridgeEvents {
  /** The first frame: the nonce that proofs cover, and the version of the bridge. */
  hello: { readonly nonce: string; readonly bridge: string }
  /** A reader, or a card in it, has changed: ask for `state` if that matters. */
  reader: { readonly type: string; readonly reader?: string | undefined; readonly code?: Code | undefined }
  /** A customer: a card that responds was placed. */
  visit: { readonly visit: number; readonly reader: string }
  /** The card is out; nothing of the visit is left on it, or in the bridge. */
  removed: { readonly visit: number }
  /** To the owner of the visit; between visits to all. */
  screen: BridgeScreen
  /** What the card is, and what can be had with it; to the owner of the visit. */
  look: BridgeLook
  /** A question to the customer; to the owner of the visit. */
  question: BridgeQuestion
  /** How a visit ended, to its owner: what the call that serves returns, also after the session was resumed. */
  outcome: BridgeOutcome
  /** The question was answered, or has ended. */
  answered: { readonly visit: number; readonly question: number }
}

/** Name of a notification. */
export type BridgeEvent = keyof BridgeEvents

/** Error of a call: `code` of JSON-RPC 2.0, 5.1, and in `data` the code of this package. */
export interface BridgeErrorObject {
  readonly code: number
  readonly message: string
  readonly data: {
    readonly code: Code
    /** Which part, where one can be named: a method, a parameter. Never its value. */
    readonly detail?: string | undefined
  }
}

/** Longest PIN, bytes. */
export const longestPin = 16

/** Longest text frame to the bridge, bytes. */
export const longestFrame = 16_384

/** Key of the pairing: 32 bytes, base64url without padding. */
export const secretPattern: RegExp = /^[A-Za-z0-9_-]{43}$/

/** What the proofs cover, for HMAC-SHA-256: the side that proves, version, origin and both nonces, each on a line. */
export function proofText(
  side: 'client' | 'bridge',
  parts: {
    readonly protocol: string
    readonly origin: string
    readonly bridgeNonce: string
    readonly clientNonce: string
  },
): string {
  return [side, parts.protocol, parts.origin, parts.bridgeNonce, parts.clientNonce].join('\n')
}

/** What the session key is derived for, for HKDF-SHA-256 (RFC 5869) with the secret as key and no salt. */
export function sessionKeyInfo(parts: {
  readonly protocol: string
  readonly origin: string
  readonly bridgeNonce: string
  readonly clientNonce: string
}): string {
  return ['session key', parts.protocol, parts.origin, parts.bridgeNonce, parts.clientNonce].join('\n')
}
