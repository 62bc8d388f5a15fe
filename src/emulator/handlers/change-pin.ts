/** New PIN value after VERIFY: CHANGE REFERENCE DATA `00 24 01` (JPKI, text) and CHANGE KEY `80 32 00` (common, Juki). */

import { asciiText } from '../../bytes.ts'
import { status, sw } from '../status.ts'
import type { PinFile } from '../table.ts'
import type { Handler } from './handler.ts'
import { referencedFile, wrongStructure } from './reference.ts'

export const changeReferenceData: Handler = changeWith('change-reference-data', 0x01)

export const changeKey: Handler = changeWith('change-key', 0x00)

function changeWith(way: PinFile['change'], p1: number): Handler {
  return (command, state, profile) => {
    if (command.p1 !== p1) return status(sw.wrongP1P2)
    if (command.data.length === 0 || command.ne !== undefined) return status(sw.wrongLength)
    const found = referencedFile(command.p2, state, profile)
    if ('refusal' in found) return found.refusal
    const { file } = found
    if (file.structure !== 'pin') return status(wrongStructure(command.p2))
    if (file.change !== way || (profile.kind === 'phone-iphone' && file.name === 'auth'))
      return status(sw.conditionsOfUse)
    if (!state.allows([file.name])) return status(sw.securityStatus)
    if (!file.format.test(asciiText(command.data))) return status(sw.wrongData)
    const memory = state.pin(file.name)
    memory.value = command.data
    memory.triesLeft = file.tries ?? Number.POSITIVE_INFINITY
    return status(sw.ok)
  }
}
