/** SELECT, INS A4: application by AID (P1 = 04), elementary file by identifier (P1 = 02), MF (P1 = 00). */

import { concat } from '../../bytes.ts'
import type { CardState } from '../card-state.ts'
import type { ParsedCommand } from '../command.ts'
import { type Answer, data, status, sw } from '../status.ts'
import type { Application } from '../table.ts'
import type { Handler } from './handler.ts'

export const select: Handler = (command, state) => {
  switch (command.p1) {
    case 0x00:
      return selectMasterFile(command, state)
    case 0x02:
      return selectElementaryFile(command, state)
    case 0x04:
      return selectApplication(command, state)
    default:
      return status(sw.wrongP1P2)
  }
}

/** The MF cannot be selected: 6A86 at power-up, 9000 without effect under an AP, 3F00 never (one source). */
function selectMasterFile(command: ParsedCommand, state: CardState): Answer {
  if (command.data.length > 0) return status(sw.fileNotFound)
  return status(state.current === undefined || state.current.manager ? sw.wrongP1P2 : sw.ok)
}

function selectElementaryFile(command: ParsedCommand, state: CardState): Answer {
  if (command.p2 !== 0x0c) return status(sw.wrongP1P2)
  if (command.data.length !== 2) return status(sw.wrongLength)
  if (state.current === undefined) return status(sw.noCurrentFile)
  const fid = (command.data[0]! << 8) | command.data[1]!
  const file = state.current.files.find((candidate) => candidate.fid === fid)
  if (file === undefined) return status(sw.fileNotFound)
  state.currentFile = file
  return status(sw.ok)
}

/** A prefix of at least the 5-byte RID selects the first application it fits; a miss changes nothing. */
function selectApplication(command: ParsedCommand, state: CardState): Answer {
  if (command.p2 !== 0x0c && command.p2 !== 0x00) return status(sw.wrongP1P2)
  const wanted = command.data
  if (wanted.length === 0) return status(sw.wrongLength)
  if (wanted.length < 5) return status(sw.fileNotFound)
  const application = state.applications.find(({ aid }) => startsWith(aid, wanted))
  if (application === undefined) return status(sw.fileNotFound)
  state.select(application)
  return command.p2 === 0x00 && command.ne !== undefined ? data(fileControlInformation(application)) : status(sw.ok)
}

/** FCI template 6F with the DF name 84. */
function fileControlInformation({ aid }: Application): Uint8Array {
  return concat(Uint8Array.of(0x6f, aid.length + 2, 0x84, aid.length), aid)
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return prefix.length <= bytes.length && prefix.every((byte, i) => byte === bytes[i])
}
