/** Instructions that exist on the card but can be completed only with issued keys. */

import { status, sw } from '../status.ts'
import type { Handler } from './handler.ts'

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
