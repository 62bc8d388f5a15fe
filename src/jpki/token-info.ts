import { asciiText, copyBytes } from '../bytes.ts'
import type { PinStatus } from '../card/index.ts'
import { DecodeError } from '../errors.ts'

/**
 * Token information of EF 0006: a serialised PKCS#11 `CK_TOKEN_INFO` with big-endian 32-bit integers, 160 bytes.
 * Texts are trimmed of their padding. One public source, a real card (`docs/card-facts.md`).
 */
export interface TokenInfo {
  /** `JPKIAPICCTOKEN2` on a My Number card. */
  readonly label: string
  readonly manufacturerId: string
  readonly model: string
  /** Identifies the card: do not log it. */
  readonly serialNumber: string
  /** PKCS#11 CKF_ flags. */
  readonly flags: number
  /** 0xFFFFFFFF means unavailable, as in PKCS#11, here and below. */
  readonly maxSessionCount: number
  readonly sessionCount: number
  readonly maxRwSessionCount: number
  readonly rwSessionCount: number
  /** Characters. */
  readonly maxPinLength: number
  readonly minPinLength: number
  /** Bytes. */
  readonly totalPublicMemory: number
  readonly freePublicMemory: number
  readonly totalPrivateMemory: number
  readonly freePrivateMemory: number
  readonly hardwareVersion: string
  readonly firmwareVersion: string
  /** 16 digits, `9999999999999999` when the token has no clock. */
  readonly utcTime: string
}

/** Length of EF 0006, bytes. */
export const tokenInfoLength = 160
/** Length of the label field, bytes. */
export const tokenLabelLength = 32

function field(bytes: Uint8Array, at: number, length: number): string {
  return asciiText(bytes.subarray(at, at + length)).replace(/[\0 ]+$/, '')
}

/** The label at the start of EF 0006. @throws DecodeError `ERR_CARD_DATA` when it is not printable ASCII. */
export function decodeTokenLabel(bytes: Uint8Array): string {
  if (bytes.length < tokenLabelLength)
    throw new DecodeError('ERR_CARD_DATA', 'the token label has 32 bytes', bytes.length)
  const label = field(bytes, 0, tokenLabelLength)
  const bad = [...label].findIndex((character) => character < ' ' || character > '~')
  if (bad >= 0) throw new DecodeError('ERR_CARD_DATA', 'the token label is printable ASCII', bad)
  return label
}

/**
 * Decodes EF 0006.
 *
 * @param bytes - exactly 160 bytes.
 * @throws DecodeError `ERR_CARD_DATA`.
 */
export function decodeTokenInfo(bytes: Uint8Array): TokenInfo {
  if (bytes.length !== tokenInfoLength) {
    throw new DecodeError('ERR_CARD_DATA', 'token information has 160 bytes', Math.min(bytes.length, tokenInfoLength))
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const u32 = (at: number): number => view.getUint32(at)
  return {
    label: decodeTokenLabel(bytes),
    manufacturerId: field(bytes, 32, 32),
    model: field(bytes, 64, 16),
    serialNumber: field(bytes, 80, 16),
    flags: u32(96),
    maxSessionCount: u32(100),
    sessionCount: u32(104),
    maxRwSessionCount: u32(108),
    rwSessionCount: u32(112),
    maxPinLength: u32(116),
    minPinLength: u32(120),
    totalPublicMemory: u32(124),
    freePublicMemory: u32(128),
    totalPrivateMemory: u32(132),
    freePrivateMemory: u32(136),
    hardwareVersion: field(bytes, 140, 2),
    firmwareVersion: field(bytes, 142, 2),
    utcTime: field(bytes, 144, 16),
  }
}

/** Which certificates the card holds, EF 0008. One public source; the meaning of the bits is inferred. */
export interface CertificateAvailability {
  readonly sign: boolean
  readonly auth: boolean
  /** The three bytes as they are. */
  readonly raw: Uint8Array
}

/** Decodes EF 0008: first byte signature, second user authentication; bit 8 set means present. @throws DecodeError `ERR_CARD_DATA`. */
export function decodeAvailability(bytes: Uint8Array): CertificateAvailability {
  if (bytes.length < 3) throw new DecodeError('ERR_CARD_DATA', 'certificate availability has 3 bytes', bytes.length)
  return { sign: (bytes[0]! & 0x80) !== 0, auth: (bytes[1]! & 0x80) !== 0, raw: copyBytes(bytes, 0, 3) }
}

/**
 * Whether a My Number card looks like one for face authentication (顔認証マイナンバーカード): without a signature certificate, and with
 * an authentication PIN that is blocked or does not report a counter. Official for the certificate, inferred for the PIN. The card of
 * a child whose PIN is blocked looks the same; both are served at the municipal counter.
 *
 * @param card - kind of the token; a phone has a PIN that can be blocked, or none.
 * @param certificates - from EF 0008; `undefined` when the card does not report them.
 * @param authPin - state of the authentication PIN; `undefined` when it could not be read.
 */
export function isFaceAuthentication(
  card: string,
  certificates: Pick<CertificateAvailability, 'sign' | 'auth'> | undefined,
  authPin: PinStatus['state'] | undefined,
): boolean {
  if (card !== 'my-number' || certificates === undefined || certificates.sign || !certificates.auth) return false
  return authPin === undefined || authPin === 'blocked'
}
