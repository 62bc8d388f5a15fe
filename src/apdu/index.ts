/**
 * ISO/IEC 7816-4 command and response APDUs as data: no input or output, no state.
 */
export type { CommandApdu, CommandCase, DecodedCommand, LengthForm } from './command.ts'
export { commandCase, decodeCommand, encodeCommand, fitsShort } from './command.ts'
export type { KeyReference, Reference, SelectAnswer } from './iso7816.ts'
export {
  announceLastCommand,
  changeKey,
  changeReferenceData,
  computeDigitalSignature,
  getData,
  getResponse,
  ins,
  internalAuthenticate,
  isSecret,
  queryVerify,
  readBinary,
  readBinaryShort,
  readRecord,
  selectApplication,
  selectFile,
  setSessionKey,
  verify,
} from './iso7816.ts'
export { formatCommand, formatResponse } from './redact.ts'
export type { ResponseApdu } from './response.ts'
export { decodeResponse, encodeResponse, maxResponseLength } from './response.ts'
export type { Status, StatusKind } from './status.ts'
export { carriesData, classifyStatus, describeStatus, isConclusive } from './status.ts'
