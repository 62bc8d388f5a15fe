/** Commands about keys: signatures, authentication, challenges, session keys. */

import { constants, type KeyObject, privateDecrypt, randomBytes } from 'node:crypto'
import { copyBytes, equalBytes } from '../../bytes.ts'
import { data, status, sw, whole } from '../apdu.ts'
import type { CardState } from '../card-state.ts'
import type { CardProfile } from '../options.ts'
import { modulusLength, sha256, sha256DigestInfo, signPkcs1, signPss } from '../rsa.ts'
import { SecureMessagingSession } from '../secure-messaging/session.ts'
import type { CardFile } from '../table.ts'
import { type Found, type Handler, referencedFile, wrongStructure } from './handler.ts'

interface Scheme {
  readonly accepts: (length: number) => boolean
  readonly sign: (key: KeyObject, data: Uint8Array) => Uint8Array
}

const anyLength = (): boolean => true
const digestLength = (length: number): boolean => length === 32

/** Indexed by P1. */
const schemes: readonly Scheme[] = [
  { accepts: (length) => length <= 245, sign: signPkcs1 },
  { accepts: anyLength, sign: (key, message) => signPkcs1(key, sha256(message)) },
  { accepts: digestLength, sign: (key, digest) => signPkcs1(key, sha256DigestInfo(digest)) },
  { accepts: anyLength, sign: (key, message) => signPkcs1(key, sha256DigestInfo(sha256(message))) },
  { accepts: digestLength, sign: (key, digest) => signPss(key, digest) },
  { accepts: anyLength, sign: (key, message) => signPss(key, sha256(message)) },
]

/**
 * COMPUTE DIGITAL SIGNATURE, `80 2A`: six schemes by P1 (card-facts section 4; 00 and 03 seen by two sources, the rest
 * by one), key by P2: 80 current EF, 80|SFI direct, 00 the application's own key without a PIN.
 */
export const computeDigitalSignature: Handler = (command, state, profile) => {
  const scheme = schemes[command.p1]
  if (scheme === undefined) return status(sw.wrongP1P2)
  const found = keyFile(command.p2, state, profile)
  if ('refusal' in found) return found.refusal
  const { file } = found
  if (file.structure !== 'key' || file.purpose !== 'sign') return status(wrongStructure(command.p2))
  if (!state.allows(file.use)) return status(sw.securityStatus)
  if (command.data.length === 0 || !scheme.accepts(command.data.length)) return status(sw.conditionsOfUse)
  if (command.ne === undefined && !profile.chainedResponses) return status(sw.wrongLength)
  if (file.privateKey === undefined) return status(sw.conditionsOfUse)
  if (file.use !== 'free' && file.use !== 'never' && file.use.includes('auth')) state.deviceVerified = false
  return whole(scheme.sign(file.privateKey(), command.data))
}

function keyFile(p2: number, state: CardState, profile: CardProfile): Found<CardFile> {
  if (p2 !== 0x00) return referencedFile(p2, state, profile)
  const fid = state.current?.defaultKey
  const file = fid === undefined ? undefined : state.current?.files.find((candidate) => candidate.fid === fid)
  return file ? { file } : { refusal: status(sw.referenceNotFound) }
}

/** INTERNAL AUTHENTICATE, `00 88 00 99`: only the common AP's key 0019; signs SHA-256 of the challenge (one source). */
export const internalAuthenticate: Handler = (command, state, profile) => {
  if (command.p1 !== 0x00) return status(sw.wrongP1P2)
  const found = referencedFile(command.p2, state, profile)
  if ('refusal' in found) return found.refusal
  const { file } = found
  if (file.structure !== 'key') return status(wrongStructure(command.p2))
  if (file.purpose !== 'authenticate' || file.privateKey === undefined) return status(sw.conditionsOfUse)
  if (command.data.length === 0) return status(sw.wrongLength)
  if (command.ne === undefined && !profile.chainedResponses) return status(sw.wrongLength)
  return whole(signPkcs1(file.privateKey(), sha256DigestInfo(sha256(command.data))))
}

/** GET CHALLENGE, `00 84 00 00 Le`: 1 to 256 bytes; the extended form is refused (two sources). */
export const getChallenge: Handler = (command) => {
  if (command.p1 !== 0x00 || command.p2 !== 0x00) return status(sw.wrongP1P2)
  if (command.ne === undefined || command.data.length > 0) return status(sw.wrongLength)
  return command.extended ? status(sw.conditionsOfUse) : data(randomBytes(command.ne))
}

const header = Uint8Array.of(0xa0, 0x22, 0x80, 0x20)
const seedLength = 32
const keyLength = 16

/**
 * SET SESSION KEY, `80 AE 00 00`: supported by the text AP only (one source). RSA-OAEP with SHA-256 of `A0 22 80 20 ‖
 * 32 bytes`, whose first 16 become the AES key. The PIN of EF 0011 must have been verified before; 照合番号 are not enough.
 */
export const setSessionKey: Handler = (command, state) => {
  const { current } = state
  if (current === undefined) return status(sw.noCurrentFile)
  if (current.sessionKey === undefined || !state.allows(['text'])) return status(current.sessionKeyRefusal)
  if (command.p1 !== 0 || command.p2 !== 0) return status(sw.wrongP1P2)
  if (command.data.length !== modulusLength || command.ne !== undefined) return status(sw.wrongLength)
  const key = current.sessionKey()
  if (!belowModulus(command.data, key)) return status(sw.noDiagnosis)
  const message = decrypted(command.data, key)
  if (message?.length !== header.length + seedLength || !equalBytes(message.subarray(0, header.length), header)) {
    return status(sw.wrongData)
  }
  state.session = new SecureMessagingSession(copyBytes(message, header.length, header.length + keyLength))
  return status(sw.ok)
}

function belowModulus(value: Uint8Array, key: KeyObject): boolean {
  return Buffer.compare(value, Buffer.from(key.export({ format: 'jwk' }).n!, 'base64url')) < 0
}

function decrypted(data: Uint8Array, key: KeyObject): Uint8Array | undefined {
  try {
    return privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, data)
  } catch {
    return undefined
  }
}

// Instructions that exist on the card but can be completed only with issued keys.

/** EXTERNAL AUTHENTICATE `00 82`, MUTUAL AUTHENTICATE `80 82`: no public key is known. */
export const externalAuthenticate: Handler = () => status(sw.referenceNotFound)

/** SET PUBLIC IC KEY `80 A2` (特定機関認証): terminal certificates are not public. */
export const setPublicKey: Handler = (_command, state) =>
  status(state.currentFile === undefined ? sw.noCurrentFile : sw.securityStatus)

/** `80 FC 00 00`: an iPhone answers 9000 once its last command was announced, cards 6700 (one source). */
export const announceLastCommand: Handler = (command, state, profile) => {
  if (profile.kind === 'phone-android') return status(sw.unknownInstruction)
  if (profile.kind !== 'phone-iphone' || command.data.length > 0) return status(sw.wrongLength)
  if (command.p1 !== 0 || command.p2 !== 0) return status(sw.wrongP1P2)
  state.deviceVerified = false
  return status(sw.ok)
}
