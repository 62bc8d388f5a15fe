/** INTERNAL AUTHENTICATE, `00 88 00 99`: only the common AP's key 0019; signs SHA-256 of the challenge (one source). */

import { sha256, sha256DigestInfo, signPkcs1 } from '../rsa.ts'
import { status, sw, whole } from '../status.ts'
import type { Handler } from './handler.ts'
import { referencedFile, wrongStructure } from './reference.ts'

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
