import { copyBytes } from '../bytes.ts'
/** The card's own command APDU parser: ISO/IEC 7816-4 cases 1, 2S, 3S, 4S, 2E, 3E, 4E and nothing else. */

/** A command the card accepted as well formed. */
export interface ParsedCommand {
  readonly cla: number
  readonly ins: number
  readonly p1: number
  readonly p2: number
  /** Command data field; empty in cases 1 and 2. */
  readonly data: Uint8Array
  /** Ne, 1 to 65 536; absent in cases 1 and 3. */
  readonly ne: number | undefined
  /** Lc or Le came in the extended form. */
  readonly extended: boolean
}

const nothing = new Uint8Array(0)

/** The command, or undefined for every byte string outside the seven cases (answered 6700). */
export function parseCommand(bytes: Uint8Array): ParsedCommand | undefined {
  if (bytes.length < 4) return undefined
  const body = parseBody(bytes)
  if (body === undefined) return undefined
  return { cla: bytes[0]!, ins: bytes[1]!, p1: bytes[2]!, p2: bytes[3]!, ...body }
}

type Body = Pick<ParsedCommand, 'data' | 'ne' | 'extended'>

function parseBody(bytes: Uint8Array): Body | undefined {
  const { length } = bytes
  if (length === 4) return { data: nothing, ne: undefined, extended: false }
  const first = bytes[4]!
  if (length === 5) return { data: nothing, ne: first || 256, extended: false }
  if (first !== 0) {
    const data = copyBytes(bytes, 5, 5 + first)
    if (length === 5 + first) return { data, ne: undefined, extended: false }
    if (length === 6 + first) return { data, ne: bytes[5 + first]! || 256, extended: false }
    return undefined
  }
  return length < 7 ? undefined : parseExtendedBody(bytes)
}

function parseExtendedBody(bytes: Uint8Array): Body | undefined {
  const { length } = bytes
  const two = uint16(bytes, 5)
  if (length === 7) return { data: nothing, ne: two || 65_536, extended: true }
  if (two === 0) return undefined
  const data = copyBytes(bytes, 7, 7 + two)
  if (length === 7 + two) return { data, ne: undefined, extended: true }
  if (length === 9 + two) return { data, ne: uint16(bytes, 7 + two) || 65_536, extended: true }
  return undefined
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!
}
