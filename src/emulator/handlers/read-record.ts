/** READ RECORD, INS B2: record number in P1, P2 = SFI (0: current EF) and the mode bits 100. */

import { status, sw, whole } from '../status.ts'
import type { Handler } from './handler.ts'
import { findByShortId } from './reference.ts'

export const readRecord: Handler = (command, state, profile) => {
  if (command.ne === undefined || command.data.length > 0) return status(sw.wrongLength)
  if ((command.p2 & 0x07) !== 0x04) return status(sw.wrongP1P2)
  const shortId = command.p2 >> 3
  if (shortId === 0x1f) return status(sw.wrongP1P2)
  if (shortId !== 0) {
    if (!profile.shortFileId) return status(profile.shortFileIdRefusal)
    const named = findByShortId(state, shortId)
    if (named === undefined) return status(state.current ? sw.fileNotFound : sw.noCurrentFile)
    state.currentFile = named
  }
  const file = state.currentFile
  if (file === undefined) return status(sw.noCurrentFile)
  if (file.structure !== 'record') return status(sw.fileStructure)
  if (!state.allows(file.read)) return status(sw.securityStatus)
  const record = file.records[command.p1 - 1]
  return record === undefined ? status(sw.recordNotFound) : whole(record)
}
