/** READ BINARY, INS B0: current EF with a 15-bit offset, or `P1 = 80|SFI` with an 8-bit offset. */

import type { CardState } from '../card-state.ts'
import { type Answer, data, status, sw } from '../status.ts'
import type { CardFile } from '../table.ts'
import type { Handler } from './handler.ts'
import { findByShortId } from './reference.ts'

export const readBinary: Handler = (command, state, profile) => {
  if (command.ne === undefined || command.data.length > 0) return status(sw.wrongLength)
  const { p1, p2, ne } = command
  if ((p1 & 0x80) === 0) return read(state.currentFile, (p1 << 8) | p2, ne, state, profile.endOfFileWarning)
  if (!profile.shortFileId) return status(profile.shortFileIdRefusal)
  if (p1 < 0x81 || p1 > 0x9e) return status(sw.wrongP1P2)
  if (state.current === undefined) return status(sw.noCurrentFile)
  const file = findByShortId(state, p1 & 0x1f)
  if (file === undefined) return status(sw.fileNotFound)
  state.currentFile = file
  return read(file, p2, ne, state, profile.endOfFileWarning)
}

function read(file: CardFile | undefined, offset: number, ne: number, state: CardState, warn: boolean): Answer {
  if (file === undefined) return status(sw.noCurrentFile)
  if (file.structure !== 'transparent') return status(sw.fileStructure)
  if (!state.allows(file.read)) return status(sw.securityStatus)
  const content = file.content()
  if (offset >= content.length) return status(sw.wrongOffset)
  const part = content.subarray(offset, offset + ne)
  return warn && part.length < ne ? { data: part, sw: sw.endOfFile } : data(part)
}
