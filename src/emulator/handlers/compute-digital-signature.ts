/**
 * COMPUTE DIGITAL SIGNATURE, `80 2A`: six schemes by P1 (card-facts section 4; 00 and 03 seen by two sources, the rest
 * by one), key by P2: 80 current EF, 80|SFI direct, 00 the application's own key without a PIN.
 */

import type { KeyObject } from 'node:crypto'
import type { CardState } from '../card-state.ts'
import type { CardProfile } from '../profile.ts'
import { sha256, sha256DigestInfo, signPkcs1, signPss } from '../rsa.ts'
import { status, sw, whole } from '../status.ts'
import type { CardFile } from '../table.ts'
import type { Handler } from './handler.ts'
import { type Found, referencedFile, wrongStructure } from './reference.ts'

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
