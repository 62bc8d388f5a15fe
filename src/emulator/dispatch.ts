/** The handler of each CLA and INS, and the refusals before any handler runs. */

import { type Answer, type ParsedCommand, status, sw } from './apdu.ts'
import type { CardState } from './card-state.ts'
import type { Handler } from './handlers/handler.ts'
import {
  announceLastCommand,
  computeDigitalSignature,
  externalAuthenticate,
  getChallenge,
  internalAuthenticate,
  setPublicKey,
  setSessionKey,
} from './handlers/key.ts'
import { changeKey, changeReferenceData, verify } from './handlers/pin.ts'
import { getData, readBinary, readRecord } from './handlers/read.ts'
import { select } from './handlers/select.ts'
import type { CardProfile } from './options.ts'
import { protectedCommand } from './secure-messaging/protected-command.ts'

/** Keyed CLA then INS. */
const handlers: ReadonlyMap<number, ReadonlyMap<number, Handler>> = new Map([
  [
    0x00,
    new Map<number, Handler>([
      [0x20, verify],
      [0x24, changeReferenceData],
      [0x82, externalAuthenticate],
      [0x84, getChallenge],
      [0x88, internalAuthenticate],
      [0xa4, select],
      [0xb0, readBinary],
      [0xb2, readRecord],
      [0xca, getData],
    ]),
  ],
  [
    0x80,
    new Map<number, Handler>([
      [0x2a, computeDigitalSignature],
      [0x32, changeKey],
      [0x82, externalAuthenticate],
      [0xa2, setPublicKey],
      [0xae, setSessionKey],
      [0xfc, announceLastCommand],
    ]),
  ],
])

const knownInstructions = new Set([...handlers.values()].flatMap((byIns) => [...byIns.keys()]))

/** Secure messaging: proprietary, without and with the header authenticated. */
const protectedClasses = new Set([0x04, 0x08, 0x0c])

/** Runs one complete command (chaining already resolved, CLA without the chaining bit). */
export function dispatch(command: ParsedCommand, state: CardState, profile: CardProfile): Answer {
  if (protectedClasses.has(command.cla)) {
    return protectedCommand(command, state, (plain) => dispatch(plain, state, profile))
  }
  const handler = handlers.get(command.cla)?.get(command.ins)
  if (handler !== undefined) return handler(command, state, profile)
  return status(refusal(command))
}

function refusal({ cla, ins }: ParsedCommand): number {
  if ((cla & 0x7c) === 0 && (cla & 0x03) !== 0) return sw.logicalChannel
  if (cla !== 0x00 && cla !== 0x80) return sw.unknownClass
  return knownInstructions.has(ins) ? sw.unknownClass : sw.unknownInstruction
}
