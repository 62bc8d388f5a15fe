/**
 * Protected commands, CLA 08: unwrapping, and wrapping of the answer (card-facts section 4, peers appendix A; one
 * source).
 *
 * A command that cannot be unwrapped is answered 6988 and ends the session; without a session 69FC. An error status of
 * the command itself does not end the session, and increments the counter all the same. Undocumented, and chosen as the
 * strictest: a protected command other than SELECT, VERIFY and READ BINARY, or with CLA 04, is answered 6882 and ends
 * the session too.
 */

import { type Answer, type ParsedCommand, status, sw } from '../apdu.ts'
import type { CardState } from '../card-state.ts'
import { tlv } from '../tlv-writer.ts'
import type { SecureMessagingSession } from './session.ts'

// The one data object of a protected command, card-facts section 4 (one source).

/** Ciphertext of `86 L 01 ‖ ciphertext`; L short, 81 or 82. Undefined for anything else, trailing bytes included. */
function cryptogramOf(field: Uint8Array): Uint8Array | undefined {
  const first = field[1]
  if (field[0] !== 0x86 || first === undefined || first > 0x82 || first === 0x80) return undefined
  const lengthOctets = first < 0x80 ? 0 : first - 0x80
  const start = 2 + lengthOctets
  let length = lengthOctets === 0 ? first : 0
  for (const octet of field.subarray(2, start)) length = length * 256 + octet
  if (field.length !== start + length || field[start] !== 0x01) return undefined
  return field.subarray(start + 1)
}

/** Ne of `96 03 00 hh ll`, 1 to 65 536. Undefined for anything else. */
function expectedLengthOf(field: Uint8Array): number | undefined {
  const [tag, length, zero, high, low] = field
  if (field.length !== 5 || tag !== 0x96 || length !== 3 || zero !== 0) return undefined
  return (high! << 8) | low! || 65_536
}

const verify = 0x20
const select = 0xa4
const readBinary = 0xb0

/** @param execute - runs the command without protection. */
export function protectedCommand(
  command: ParsedCommand,
  state: CardState,
  execute: (plain: ParsedCommand) => Answer,
): Answer {
  if (state.current?.sessionKey === undefined) return status(sw.secureMessaging)
  if (command.cla !== 0x08) return broken(state, command.cla === 0x0c ? sw.objectsMissing : sw.secureMessaging)
  const session = state.session
  if (session === undefined) return status(sw.noSession)
  if (![verify, select, readBinary].includes(command.ins)) return broken(state, sw.secureMessaging)
  session.advance()
  const plain = command.ins === readBinary ? withExpectedLength(command) : withPlainData(command, session)
  if (plain === undefined) return broken(state, sw.objectsIncorrect)
  if (command.ins === readBinary && command.ne === undefined) return status(sw.wrongLength)
  return wrapped(execute({ ...plain, cla: 0x00 }), session)
}

function withExpectedLength(command: ParsedCommand): ParsedCommand | undefined {
  const ne = expectedLengthOf(command.data)
  return ne === undefined ? undefined : { ...command, data: new Uint8Array(0), ne }
}

function withPlainData(command: ParsedCommand, session: SecureMessagingSession): ParsedCommand | undefined {
  const ciphertext = cryptogramOf(command.data)
  const data = ciphertext && session.decrypt(ciphertext)
  return data && { ...command, data }
}

function wrapped(answer: Answer, session: SecureMessagingSession): Answer {
  if (answer.data.length === 0) return answer
  const object = tlv(0x86, Uint8Array.of(0x01), session.encrypt(answer.data))
  return { data: object, sw: answer.sw, whole: true }
}

function broken(state: CardState, word: number): Answer {
  state.session = undefined
  return status(word)
}
