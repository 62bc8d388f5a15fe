/** Commands about PINs: VERIFY, CHANGE REFERENCE DATA, CHANGE KEY. */

import { timingSafeEqual } from 'node:crypto'
import { asciiText } from '../../bytes.ts'
import { type Answer, status, sw } from '../apdu.ts'
import type { CardState } from '../card-state.ts'
import type { CardProfile } from '../options.ts'
import type { PinFile } from '../table.ts'
import { type Handler, referencedFile, wrongStructure } from './handler.ts'

/** VERIFY, INS 20: PIN query (no data) and PIN check. */
export const verify: Handler = (command, state, profile) => {
  if (command.p1 !== 0x00) return status(sw.wrongP1P2)
  const found = referencedFile(command.p2, state, profile)
  if ('refusal' in found) return found.refusal
  const { file } = found
  const query = command.data.length === 0
  if (query ? command.ne !== undefined && (command.ne !== 256 || command.extended) : command.ne !== undefined) {
    return status(sw.wrongLength)
  }
  if (file.structure === 'key' && query) return status(sw.noLimit)
  if (file.structure !== 'pin') return status(wrongStructure(command.p2))
  // It has no PIN to be typed at a terminal (press); what it answers to one is not public.
  if (profile.kind === 'phone-iphone' && file.name === 'auth' && !query) return status(sw.conditionsOfUse)
  return query ? queryPin(file, state, profile) : checkPin(file, command.data, state)
}

/** 9000 verified, 6300 no limit, 63Cx tries left. Spends no try. */
function queryPin(file: PinFile, state: CardState, profile: CardProfile): Answer {
  if (profile.queryWhenVerified === 'ok' && state.isVerified(file.name)) return status(sw.ok)
  return counter(file, state.pin(file.name).triesLeft)
}

/** A value of another length is wrong and costs a try too: stricter than any known card. */
function checkPin(file: PinFile, value: Uint8Array, state: CardState): Answer {
  const memory = state.pin(file.name)
  if (memory.triesLeft === 0) return status(sw.pinBlocked)
  const right = value.length === memory.value.length && timingSafeEqual(value, memory.value)
  state.setVerified(file.name, right)
  if (right) {
    memory.triesLeft = file.tries ?? Number.POSITIVE_INFINITY
    return status(sw.ok)
  }
  memory.triesLeft -= 1
  return counter(file, memory.triesLeft)
}

function counter(file: PinFile, triesLeft: number): Answer {
  return status(file.tries === undefined ? sw.noLimit : 0x63c0 | triesLeft)
}

// New PIN value after VERIFY: CHANGE REFERENCE DATA `00 24 01` (JPKI, text) and CHANGE KEY `80 32 00` (common, Juki).

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
