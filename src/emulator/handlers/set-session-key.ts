/**
 * SET SESSION KEY, `80 AE 00 00`: supported by the text AP only (one source). RSA-OAEP with SHA-256 of `A0 22 80 20 ‖
 * 32 bytes`, whose first 16 become the AES key. The PIN of EF 0011 must have been verified before; 照合番号 are not enough.
 */

import { constants, type KeyObject, privateDecrypt } from 'node:crypto'
import { copyBytes, equalBytes } from '../../bytes.ts'
import { modulusLength } from '../rsa.ts'
import { SecureMessagingSession } from '../secure-messaging/session.ts'
import { status, sw } from '../status.ts'
import type { Handler } from './handler.ts'

const header = Uint8Array.of(0xa0, 0x22, 0x80, 0x20)
const seedLength = 32
const keyLength = 16

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
