/** The parts of a card, as data: applications, elementary files (EF), PINs and keys. Handlers interpret it. */

import type { KeyObject } from 'node:crypto'

/** Names of every PIN of every kind of card. `text-reserved` is EF 0012, blocked as issued. */
export const pinNames = [
  'auth',
  'sign',
  'text',
  'text-reserved',
  'text-code-a',
  'text-code-b',
  'common',
  'juki',
  'visual-birth',
  'visual-code-a',
  'visual-code-b',
  'issuance',
] as const

/**
 * Name of a PIN: `auth` 利用者証明用, `sign` 署名用, `text` 券面事項入力補助用, `juki` 住民基本台帳用, codes are 照合番号, `issuance` of a
 * municipality.
 */
export type PinName = (typeof pinNames)[number]

/** `free`, `never`, or readable when any of the PINs is verified. */
export type AccessRule = 'free' | 'never' | readonly PinName[]

/** Elementary file of bytes, read with READ BINARY. */
export interface TransparentFile {
  readonly structure: 'transparent'
  readonly fid: number
  readonly read: AccessRule
  readonly content: () => Uint8Array
}

/** Elementary file of records, read with READ RECORD; record numbers start at 1. */
export interface RecordFile {
  readonly structure: 'record'
  readonly fid: number
  readonly read: AccessRule
  readonly records: readonly Uint8Array[]
}

/** A PIN as issued. */
export interface PinFile {
  readonly structure: 'pin'
  readonly fid: number
  readonly name: PinName
  readonly issued: Uint8Array
  /** Tries of a fresh PIN; undefined: no limit, a query answers 6300. */
  readonly tries: number | undefined
  /** Format of a new value. */
  readonly format: RegExp
  /** The command that changes it. */
  readonly change: 'change-reference-data' | 'change-key' | 'never'
  /** State as issued differs from `tries`. */
  readonly issuedTriesLeft?: number
}

/**
 * A key: `sign` COMPUTE DIGITAL SIGNATURE, `authenticate` INTERNAL AUTHENTICATE, `internal` not for use by a terminal.
 */
export interface KeyFile {
  readonly structure: 'key'
  readonly fid: number
  readonly purpose: 'sign' | 'authenticate' | 'internal'
  readonly use: AccessRule
  readonly privateKey?: () => KeyObject
}

export type CardFile = TransparentFile | RecordFile | PinFile | KeyFile

/** An application (AP, dedicated file). */
export interface Application {
  readonly name: string
  readonly aid: Uint8Array
  readonly files: readonly CardFile[]
  /** EF of the key that `80 2A P1 00` uses. */
  readonly defaultKey?: number
  /** Private key of the pair that SET SESSION KEY encrypts to, where there is secure messaging. */
  readonly sessionKey?: () => KeyObject
  /** Status word that refuses SET SESSION KEY. */
  readonly sessionKeyRefusal: number
  /** The card manager: current when nothing is selected. */
  readonly manager?: boolean
  /** GET DATA objects, tag to value. */
  readonly dataObjects?: ReadonlyMap<number, () => Uint8Array>
  /** When each may be read, by tag. Default `free`. */
  readonly dataAccess?: ReadonlyMap<number, AccessRule>
}

/** Computes once, on first use. */
export function lazy<T>(make: () => T): () => T {
  let value: { readonly made: T } | undefined
  return () => {
    value ??= { made: make() }
    return value.made
  }
}

export function transparent(fid: number, read: AccessRule, content: () => Uint8Array): TransparentFile {
  return { structure: 'transparent', fid, read, content: lazy(content) }
}

export function internalKey(fid: number): KeyFile {
  return { structure: 'key', fid, purpose: 'internal', use: 'never' }
}
