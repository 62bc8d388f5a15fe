/**
 * Protected commands, CLA 08: unwrapping, and wrapping of the answer (card-facts section 4, peers appendix A; one
 * source).
 *
 * A command that cannot be unwrapped is answered 6988 and ends the session; without a session 69FC. An error status of
 * the command itself does not end the session, and increments the counter all the same. Undocumented, and chosen as the
 * strictest: a protected command other than SELECT, VERIFY and READ BINARY, or with CLA 04, is answered 6882 and ends
 * the session too.
 */

import type { CardState } from '../card-state.ts'
import type { ParsedCommand } from '../command.ts'
import { type Answer, status, sw } from '../status.ts'
import { tlv } from '../tlv-writer.ts'
import { cryptogramOf, expectedLengthOf } from './data-objects.ts'
import type { SecureMessagingSession } from './session.ts'

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
