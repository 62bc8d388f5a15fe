import { copyBytes } from '../bytes.ts'
import type { CommandApdu } from './command.ts'

/**
 * Builders for the commands these cards take. Pure: each returns data, nothing is sent.
 *
 * Sources: ISO/IEC 7816-4 clause 11; the forms real cards are known to take are in `docs/card-facts.md`.
 */

/** Instruction bytes, ISO/IEC 7816-4 table 4. */
export const ins = {
  verify: 0x20,
  changeReferenceData: 0x24,
  /** COMPUTE DIGITAL SIGNATURE, with CLA 80 on these cards. */
  performSecurityOperation: 0x2a,
  resetRetryCounter: 0x2c,
  /** CHANGE KEY, with CLA 80 (JICSAP); common and Juki application. */
  changeKey: 0x32,
  getChallenge: 0x84,
  internalAuthenticate: 0x88,
  select: 0xa4,
  /** SET SESSION KEY, with CLA 80; text application. */
  setSessionKey: 0xae,
  readBinary: 0xb0,
  readRecord: 0xb2,
  getResponse: 0xc0,
  getData: 0xca,
  /** Announces the last command, with CLA 80; iPhone. */
  announceLastCommand: 0xfc,
} as const

/** Instructions whose data is a PIN or a key: never traced, never resent. */
const secretInstructions: ReadonlySet<number> = new Set([
  ins.verify,
  ins.changeReferenceData,
  ins.resetRetryCounter,
  ins.changeKey,
])

/** Whether the command's data must never be shown or sent twice. By flag and by instruction, so a forgotten flag still hides. */
export function isSecret(command: Pick<CommandApdu, 'ins' | 'sensitive' | 'data'>): boolean {
  return command.data !== undefined && (command.sensitive === true || secretInstructions.has(command.ins))
}

/** Where a reference is: the current EF, or a short EF identifier 1 to 30 in the command itself. */
export type Reference = 'current' | number

function p2Of(reference: Reference): number {
  if (reference === 'current') return 0x80
  requireShortId(reference)
  return 0x80 | reference
}

/** A key to compute with: as a {@link Reference}, or the application's own (P2 = 00), which needs no PIN. */
export type KeyReference = Reference | 'default'

function requireShortId(sfi: number): void {
  if (!Number.isInteger(sfi) || sfi < 1 || sfi > 30) throw new RangeError('a short EF identifier is 1 to 30')
}

/** What SELECT answers with, ISO/IEC 7816-4 11.2.2, P2: nothing, file control information, file control parameters. */
export type SelectAnswer = 'none' | 'fci' | 'fcp'

const selectP2: Readonly<Record<SelectAnswer, number>> = { none: 0x0c, fci: 0x00, fcp: 0x04 }

/** SELECT by DF name: `00 A4 04 0C`, no response data wanted. @param aid - 5 to 16 bytes. @param answer - default `none`. */
export function selectApplication(aid: Uint8Array, answer: SelectAnswer = 'none'): CommandApdu {
  if (aid.length < 5 || aid.length > 16) throw new RangeError('an application identifier has 5 to 16 bytes')
  return select('SELECT application', 0x04, copyBytes(aid), answer)
}

/** SELECT an EF under the current DF: `00 A4 02 0C`. @param fid - file identifier, 0x0001 to 0xFFFE. @param answer - default `none`. */
export function selectFile(fid: number, answer: SelectAnswer = 'none'): CommandApdu {
  if (!Number.isInteger(fid) || fid < 1 || fid > 0xfffe) throw new RangeError('a file identifier is 0001 to FFFE')
  return select('SELECT file', 0x02, Uint8Array.of(fid >> 8, fid & 0xff), answer)
}

function select(name: string, p1: number, data: Uint8Array, answer: SelectAnswer): CommandApdu {
  const command = { name, cla: 0x00, ins: ins.select, p1, p2: selectP2[answer], data }
  return answer === 'none' ? command : { ...command, ne: 256 }
}

/** READ BINARY of the current EF. @param offset - 0 to 32 767 bytes. @param ne - 1 to 65 536 bytes. */
export function readBinary(offset: number, ne: number): CommandApdu {
  if (!Number.isInteger(offset) || offset < 0 || offset > 0x7fff) throw new RangeError('an offset is 0 to 32 767')
  return { name: 'READ BINARY', cla: 0x00, ins: ins.readBinary, p1: offset >> 8, p2: offset & 0xff, ne }
}

/** READ BINARY by short EF identifier; that EF becomes current. @param offset - 0 to 255 bytes. */
export function readBinaryShort(sfi: number, offset: number, ne: number): CommandApdu {
  requireShortId(sfi)
  if (!Number.isInteger(offset) || offset < 0 || offset > 0xff) throw new RangeError('a short offset is 0 to 255')
  return { name: 'READ BINARY', cla: 0x00, ins: ins.readBinary, p1: 0x80 | sfi, p2: offset, ne }
}

/** READ RECORD, one record by number. @param record - 1 to 254. */
export function readRecord(record: number, reference: Reference, ne = 256): CommandApdu {
  if (!Number.isInteger(record) || record < 1 || record > 254) throw new RangeError('a record number is 1 to 254')
  if (reference !== 'current') requireShortId(reference)
  const p2 = (reference === 'current' ? 0 : reference << 3) | 0x04
  return { name: 'READ RECORD', cla: 0x00, ins: ins.readRecord, p1: record, p2, ne }
}

/** VERIFY without data: asks for the retry counter and spends nothing. */
export function queryVerify(reference: Reference): CommandApdu {
  return { name: 'VERIFY (counter)', cla: 0x00, ins: ins.verify, p1: 0x00, p2: p2Of(reference) }
}

/** VERIFY. @param value - the reference data; used in place, wiped by its owner. */
export function verify(reference: Reference, value: Uint8Array): CommandApdu {
  return { name: 'VERIFY', cla: 0x00, ins: ins.verify, p1: 0x00, p2: p2Of(reference), data: value, sensitive: true }
}

/** CHANGE REFERENCE DATA with the new value only (P1 = 01), after VERIFY; JPKI and text application. */
export function changeReferenceData(reference: Reference, value: Uint8Array): CommandApdu {
  const name = 'CHANGE REFERENCE DATA'
  return { name, cla: 0x00, ins: ins.changeReferenceData, p1: 0x01, p2: p2Of(reference), data: value, sensitive: true }
}

/**
 * COMPUTE DIGITAL SIGNATURE, `80 2A`.
 *
 * @param p1 - what the card does with the data; see `signatureSchemes` of `jpki-card/jpki`.
 * @param key - `default` for the key of the text and visual application that signs challenges.
 * @param ne - most signature bytes wanted, default 256.
 */
export function computeDigitalSignature(p1: number, key: KeyReference, data: Uint8Array, ne = 256): CommandApdu {
  const name = 'COMPUTE DIGITAL SIGNATURE'
  const p2 = key === 'default' ? 0x00 : p2Of(key)
  return { name, cla: 0x80, ins: ins.performSecurityOperation, p1, p2, data: copyBytes(data), ne }
}

/** INTERNAL AUTHENTICATE, `00 88 00`: the card signs a challenge; common application. @param data - 1 to 255 bytes. */
export function internalAuthenticate(reference: Reference, data: Uint8Array, ne = 256): CommandApdu {
  const name = 'INTERNAL AUTHENTICATE'
  return { name, cla: 0x00, ins: ins.internalAuthenticate, p1: 0x00, p2: p2Of(reference), data: copyBytes(data), ne }
}

/** CHANGE KEY, `80 32 00`, with the new value only, after VERIFY; common and Juki application. */
export function changeKey(reference: Reference, value: Uint8Array): CommandApdu {
  const name = 'CHANGE KEY'
  return { name, cla: 0x80, ins: ins.changeKey, p1: 0x00, p2: p2Of(reference), data: value, sensitive: true }
}

/** SET SESSION KEY, `80 AE`, of the text application. @param data - key material under the RSA key of the card, 256 bytes. */
export function setSessionKey(data: Uint8Array): CommandApdu {
  return { name: 'SET SESSION KEY', cla: 0x80, ins: ins.setSessionKey, p1: 0x00, p2: 0x00, data: copyBytes(data) }
}

/** GET RESPONSE after 61XX; never itself under secure messaging. @param cla - class of the command before it. */
export function getResponse(cla: number, ne: number): CommandApdu {
  return { name: 'GET RESPONSE', cla: cla & 0x73, ins: ins.getResponse, p1: 0, p2: 0, ne }
}

/** GET DATA of a one or two byte tag. @param tag - 0x0001 to 0xFFFF. */
export function getData(tag: number, ne = 256): CommandApdu {
  if (!Number.isInteger(tag) || tag < 1 || tag > 0xffff) throw new RangeError('a GET DATA tag is 0001 to FFFF')
  return { name: 'GET DATA', cla: 0x00, ins: ins.getData, p1: tag >> 8, p2: tag & 0xff, ne }
}

/** `80 FC 00 00`: says that no further command follows. One public source: an iPhone takes it, a card answers 6700. */
export function announceLastCommand(): CommandApdu {
  return { name: 'ANNOUNCE LAST COMMAND', cla: 0x80, ins: ins.announceLastCommand, p1: 0x00, p2: 0x00 }
}
