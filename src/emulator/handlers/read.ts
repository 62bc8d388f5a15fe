/** Commands that read: READ BINARY, READ RECORD, GET DATA. */

import { type Answer, data, status, sw, whole } from '../apdu.ts'
import type { CardState } from '../card-state.ts'
import type { CardFile } from '../table.ts'
import { findByShortId, type Handler } from './handler.ts'

/** READ BINARY, INS B0: current EF with a 15-bit offset, or `P1 = 80|SFI` with an 8-bit offset. */
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

/** READ RECORD, INS B2: record number in P1, P2 = SFI (0: current EF) and the mode bits 100. */
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

/** GET DATA, `00 CA`, tag in P1-P2: objects of the card manager, card-facts section 3.6, and of municipal applications, section 1.3 (one source each). */
export const getData: Handler = (command, state) => {
  if (command.ne === undefined || command.data.length > 0) return status(sw.wrongLength)
  const tag = (command.p1 << 8) | command.p2
  const object = state.current?.dataObjects?.get(tag)
  if (object === undefined) return status(sw.referenceNotFound)
  if (!state.allows(state.current?.dataAccess?.get(tag) ?? 'free')) return status(sw.securityStatus)
  const value = object()
  return value.length > 256 && !command.extended ? status(sw.wrongLength) : whole(value)
}
