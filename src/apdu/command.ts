import { copyBytes } from '../bytes.ts'
import { DecodeError } from '../errors.ts'

/** Which length fields a command uses. ISO/IEC 7816-4 5.2: never mixed within one command. */
export type LengthForm = 'short' | 'extended'

/** ISO/IEC 7816-3 12.1.2: 1 header only, 2 answer, 3 data, 4 data and answer. */
export type CommandCase = 1 | 2 | 3 | 4

/**
 * A command APDU as data. An absent field is absent on the wire: no `data`, no Lc; no `ne`, no Le.
 *
 * Source: ISO/IEC 7816-4 5.1.
 */
export interface CommandApdu {
  /** Standard name, for traces and errors: `READ BINARY`. */
  readonly name: string
  /** Class byte, 0x00 to 0xFE. */
  readonly cla: number
  /** Instruction byte, 0x00 to 0xFF. */
  readonly ins: number
  readonly p1: number
  readonly p2: number
  /** Command data, 1 to 65 535 bytes. Absent: no Lc. */
  readonly data?: Uint8Array
  /** Ne, the most bytes wanted back: 1 to 65 536. Absent: no Le. */
  readonly ne?: number
  /** `data` is secret: traces show its length only. VERIFY and CHANGE are always treated so. */
  readonly sensitive?: boolean
}

/** A command as decoded from the wire: the form is kept, so that encoding it again gives the same bytes. */
export interface DecodedCommand extends CommandApdu {
  readonly form: LengthForm
}

const shortMaxData = 255
const shortMaxNe = 256
const extendedMaxData = 65_535
const extendedMaxNe = 65_536

/** Case of a command, by the fields it has. */
export function commandCase(command: Pick<CommandApdu, 'data' | 'ne'>): CommandCase {
  if (command.data === undefined) return command.ne === undefined ? 1 : 2
  return command.ne === undefined ? 3 : 4
}

/** Whether the command fits short length fields: at most 255 data bytes and Ne at most 256. */
export function fitsShort(command: Pick<CommandApdu, 'data' | 'ne'>): boolean {
  return (command.data?.length ?? 0) <= shortMaxData && (command.ne ?? 0) <= shortMaxNe
}

function requireByte(value: number, field: string): void {
  if (!Number.isInteger(value) || value < 0 || value > 0xff) throw new RangeError(`${field} must be 0x00 to 0xFF`)
}

/**
 * Encodes a command.
 *
 * @param command - the command; it is not kept.
 * @param form - `short`, `extended`, or left out: short when it fits. A case 1 command has no length fields and is the
 *   same in both forms.
 * @returns 4 to 65 544 fresh bytes.
 * @throws RangeError when a field is out of range or does not fit the form.
 * @see ISO/IEC 7816-4 5.1, 5.2
 */
export function encodeCommand(command: CommandApdu, form?: LengthForm): Uint8Array {
  const { cla, ins, p1, p2, data, ne } = command
  requireByte(cla, 'CLA')
  requireByte(ins, 'INS')
  requireByte(p1, 'P1')
  requireByte(p2, 'P2')
  if (cla === 0xff) throw new RangeError('CLA FF is invalid (ISO/IEC 7816-4 5.4.1)')
  const extended = (form ?? (fitsShort(command) ? 'short' : 'extended')) === 'extended'
  if (data !== undefined && (data.length === 0 || data.length > (extended ? extendedMaxData : shortMaxData))) {
    throw new RangeError(`command data must be 1 to ${extended ? extendedMaxData : shortMaxData} bytes`)
  }
  if (ne !== undefined && (!Number.isInteger(ne) || ne < 1 || ne > (extended ? extendedMaxNe : shortMaxNe))) {
    throw new RangeError(`Ne must be 1 to ${extended ? extendedMaxNe : shortMaxNe}`)
  }
  const lcLength = data === undefined ? 0 : extended ? 3 : 1
  const leLength = ne === undefined ? 0 : extended ? (data === undefined ? 3 : 2) : 1
  const bytes = new Uint8Array(4 + lcLength + (data?.length ?? 0) + leLength)
  bytes[0] = cla
  bytes[1] = ins
  bytes[2] = p1
  bytes[3] = p2
  let at = 4
  if (data !== undefined) {
    if (extended) {
      bytes[at + 1] = data.length >> 8
      bytes[at + 2] = data.length & 0xff
    } else {
      bytes[at] = data.length
    }
    at += lcLength
    bytes.set(data, at)
    at += data.length
  }
  if (ne !== undefined) {
    // The largest Ne (256 or 65 536) is written as zeros, which is what is left of it in one or two bytes.
    if (extended) bytes[bytes.length - 2] = (ne >> 8) & 0xff
    bytes[bytes.length - 1] = ne & 0xff
  }
  return bytes
}

/**
 * Decodes a command APDU; the exact inverse of {@link encodeCommand}.
 *
 * @throws DecodeError `ERR_APDU` with the offset of the first byte that fits no case.
 * @see ISO/IEC 7816-3 12.1.3, decoding of the command APDU
 */
export function decodeCommand(bytes: Uint8Array, name = 'COMMAND'): DecodedCommand {
  const length = bytes.length
  if (length < 4) throw new DecodeError('ERR_APDU', 'a command has a header of 4 bytes', length)
  const header = { name, cla: bytes[0]!, ins: bytes[1]!, p1: bytes[2]!, p2: bytes[3]! }
  if (header.cla === 0xff) throw new DecodeError('ERR_APDU', 'CLA FF is invalid', 0)
  const short = (n: number): number => bytes[n]! || shortMaxNe
  const wide = (n: number): number => (bytes[n]! << 8) | bytes[n + 1]!
  if (length === 4) return { ...header, form: 'short' }
  if (length === 5) return { ...header, ne: short(4), form: 'short' }
  if (bytes[4] !== 0) {
    const end = 5 + bytes[4]!
    if (length === end) return { ...header, data: copyBytes(bytes, 5, end), form: 'short' }
    if (length === end + 1) return { ...header, data: copyBytes(bytes, 5, end), ne: short(end), form: 'short' }
    throw new DecodeError('ERR_APDU', `Lc says ${bytes[4]} data bytes`, 4)
  }
  if (length === 7) return { ...header, ne: wide(5) || extendedMaxNe, form: 'extended' }
  if (length < 7) throw new DecodeError('ERR_APDU', 'an extended length field has 3 bytes', length)
  const lc = wide(5)
  const end = 7 + lc
  if (lc === 0) throw new DecodeError('ERR_APDU', 'an extended Lc of 0 is not allowed', 5)
  if (length === end) return { ...header, data: copyBytes(bytes, 7, end), form: 'extended' }
  if (length === end + 2) {
    return { ...header, data: copyBytes(bytes, 7, end), ne: wide(end) || extendedMaxNe, form: 'extended' }
  }
  throw new DecodeError('ERR_APDU', `extended Lc says ${lc} data bytes`, 5)
}
