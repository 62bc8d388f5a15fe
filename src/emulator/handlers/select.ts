/** SELECT, INS A4: application by AID (P1 = 04), elementary file by identifier (P1 = 02), MF (P1 = 00). */

import { type Answer, data, type ParsedCommand, status, sw } from '../apdu.ts'
import type { CardState } from '../card-state.ts'
import type { CardProfile } from '../options.ts'
import { tlv } from '../tlv-writer.ts'
import type { Handler } from './handler.ts'

export const select: Handler = (command, state, profile) => {
  switch (command.p1) {
    case 0x00:
      return selectMasterFile(command, state)
    case 0x02:
      return selectElementaryFile(command, state, profile)
    case 0x04:
      return selectApplication(command, state, profile)
    default:
      return status(sw.wrongP1P2)
  }
}

/** The MF cannot be selected: 6A86 at power-up, 9000 without effect under an AP, 3F00 never (one source). */
function selectMasterFile(command: ParsedCommand, state: CardState): Answer {
  if (command.data.length > 0) return status(sw.fileNotFound)
  return status(state.current === undefined || state.current.manager ? sw.wrongP1P2 : sw.ok)
}

function selectElementaryFile(command: ParsedCommand, state: CardState, profile: CardProfile): Answer {
  const { selectP2 = [0x0c], selectP2Refusal } = profile
  if (!selectP2.includes(command.p2)) return status(selectP2Refusal)
  if (command.data.length !== 2) return status(sw.wrongLength)
  if (state.current === undefined) return status(sw.noCurrentFile)
  const fid = (command.data[0]! << 8) | command.data[1]!
  const file = state.current.files.find((candidate) => candidate.fid === fid)
  if (file === undefined) return status(sw.fileNotFound)
  state.currentFile = file
  return described(command, profile, tlv(command.p2 === 0x04 ? 0x62 : 0x6f, tlv(0x83, command.data)))
}

/** A prefix of at least the 5-byte RID selects the first application it fits; a miss changes nothing. */
function selectApplication(command: ParsedCommand, state: CardState, profile: CardProfile): Answer {
  const { selectP2 = [0x0c, 0x00], selectP2Refusal } = profile
  if (!selectP2.includes(command.p2)) return status(selectP2Refusal)
  const wanted = command.data
  if (wanted.length === 0) return status(sw.wrongLength)
  if (wanted.length < 5) return status(sw.fileNotFound)
  const application = state.applications.find(({ aid }) => startsWith(aid, wanted))
  if (application === undefined) return status(sw.fileNotFound)
  state.select(application)
  return described(command, profile, tlv(command.p2 === 0x04 ? 0x62 : 0x6f, tlv(0x84, application.aid)))
}

/** The response to a successful SELECT: with control information if requested, or announced by 61XX. */
function described(command: ParsedCommand, profile: CardProfile, information: Uint8Array): Answer {
  if (profile.selectAnnouncesData !== undefined) return { data: information, sw: sw.ok, announced: true }
  return command.p2 !== 0x0c && command.ne !== undefined ? data(information) : status(sw.ok)
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return prefix.length <= bytes.length && prefix.every((byte, i) => byte === bytes[i])
}
