import {
  carriesData,
  classifyStatus,
  type Reference,
  type ResponseApdu,
  readBinary,
  readBinaryShort,
  selectFile,
} from '../apdu/index.ts'
import { DecodeError, TransportError } from '../errors.ts'
import { tlvTotalLength } from '../tlv/index.ts'
import { type CardSession, overReset, statusError } from './session.ts'

/**
 * How much of a file is wanted: a number of bytes; or `object` for the one data object it begins with, padding left
 * out; or what `measure` makes of its beginning (256 bytes, less only when the file or the card gives less), at most 32 767
 * bytes. The cards' files are longer than their content.
 */
export type FileExtent =
  | { readonly bytes: number }
  | { readonly object: { readonly maxBytes: number } }
  | { readonly measure: (head: Uint8Array) => number }

/** Options of {@link readFile}. */
export interface ReadFileOptions {
  /** The content is secret: copies made on the way are wiped, the result is the only one left here. Default false. */
  readonly secret?: boolean
}

const shortBlock = 256
const wholeFile = 65_536
/** The EF was found, and does not hold what was asked for: records, or none. */
export const otherStructure = 0x6981
/** READ BINARY addresses 15 bits, ISO/IEC 7816-4 11.2.2. */
const maxOffset = 0x7fff
/** Most exchanges for one file: more than twice what the longest takes with a card that gives it by 256 bytes and 61XX. */
const maxExchanges = 1_024

/**
 * Reads a transparent EF of the current application with as few exchanges as the card allows: one when it takes short EF
 * identifiers and extended lengths, else SELECT and one READ BINARY per 256 bytes. What it refuses is remembered in
 * `session.capabilities`, so each is found out at the cost of one command per session.
 *
 * @param fid - file identifier, 0x0001 to 0xFFFE; 0x0001 to 0x001E can be read by short identifier.
 * @returns the bytes asked for; fewer only when the file is shorter. With `object`: the object, or nothing when the file
 *   holds none (it begins with the filler 00 or FFFF).
 * @throws StatusWordError `ERR_FILE_NOT_FOUND`, `ERR_SECURITY_STATUS`, `ERR_STATUS_WORD`.
 * @throws DecodeError `ERR_CARD_DATA` when the file does not hold the object it announces, or comes in thousands of pieces;
 *   `ERR_TLV` when what it begins with is no object.
 * @throws TransportError `ERR_CARD_RESET` only while a PIN of this session is verified; else the file is read again.
 */
export async function readFile(
  session: CardSession,
  fid: number,
  extent: FileExtent,
  options: ReadFileOptions = {},
): Promise<Uint8Array> {
  const wanted = 'bytes' in extent ? extent.bytes : undefined
  if (wanted !== undefined && (!Number.isInteger(wanted) || wanted < 1 || wanted > maxOffset)) {
    throw new RangeError(`bytes must be 1 to ${maxOffset}`)
  }
  const { capabilities, currentApplication } = session
  try {
    return await session[overReset](() => readOnce(session, fid, extent, options))
  } catch (error) {
    // Some reader drivers fail the first extended transfer instead of passing it to the card.
    const probing = capabilities.extendedLength === 'unknown'
    if (!probing || !(error instanceof TransportError) || error.code !== 'ERR_TRANSPORT') throw error
    capabilities.extendedLength = 'no'
    await session.reconnect('reset')
    if (currentApplication !== undefined) await session.selectApplication(currentApplication)
    return readOnce(session, fid, extent, options)
  }
}

async function readOnce(
  session: CardSession,
  fid: number,
  extent: FileExtent,
  { secret = false }: ReadFileOptions,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  try {
    const first = await readStart(session, fid, 'bytes' in extent ? extent.bytes : wholeFile)
    parts.push(first)
    let have = first.length
    const most = session.exchanges + maxExchanges
    const need = wantedBytes(extent, first)
    // A card that gives nothing has perhaps not even found the file: READ BINARY would go on in the one that is current.
    while (have > 0 && have < need) {
      if (session.exchanges > most) throw new DecodeError('ERR_CARD_DATA', 'the card gives a few bytes at a time', have)
      const block = await readOn(session, have, need - have)
      if (block.length === 0) break
      parts.push(block)
      have += block.length
    }
    if (!('bytes' in extent) && have < need) {
      throw new DecodeError('ERR_CARD_DATA', `the file ends before its data object of ${need} bytes`, have)
    }
    return joined(parts, Math.min(have, need))
  } finally {
    if (secret) for (const part of parts) part.fill(0)
  }
}

/** The first bytes of all parts in one array of their own. */
function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part.subarray(0, length - at), at)
    at += Math.min(part.length, length - at)
  }
  return whole
}

function wantedBytes(extent: FileExtent, head: Uint8Array): number {
  if ('bytes' in extent) return extent.bytes
  return 'object' in extent ? objectLength(head, extent.object.maxBytes) : extent.measure(head)
}

function objectLength(head: Uint8Array, maxBytes: number): number {
  // FF begins the tags of the registry applications as well as filler; no tag of theirs goes on with FF.
  if (head.length === 0 || head[0] === 0x00 || (head[0] === 0xff && (head[1] ?? 0xff) === 0xff)) return 0
  const length = tlvTotalLength(head)
  if (length > maxBytes)
    throw new DecodeError('ERR_CARD_DATA', `a data object of ${length} bytes, at most ${maxBytes}`, 0)
  return length
}

/** First block of the file, which becomes the current EF. */
function readStart(session: CardSession, fid: number, want: number): Promise<Uint8Array> {
  const ask = (file: Reference) =>
    readBlock(session, (ne) => (file === 'current' ? readBinary(0, ne) : readBinaryShort(file, 0, ne)), want)
  return readInFile(session, fid, 'READ BINARY', ask, [otherStructure])
}

/**
 * Reads in an EF, which becomes the current one: by its short identifier where the card takes those, else SELECT comes first.
 * @internal
 *
 * @param name - of the command, for errors.
 * @param ask - sends the command with the file so named.
 * @param found - status words that tell that the file was found, so that the card takes short identifiers.
 */
export async function readInFile(
  session: CardSession,
  fid: number,
  name: string,
  ask: (file: Reference) => Promise<ResponseApdu>,
  found: readonly number[],
): Promise<Uint8Array> {
  const { capabilities } = session
  // Under secure messaging no public source shows a short identifier, so the file is selected.
  if (fid <= 0x1e && capabilities.shortFileId !== 'no' && !session.isProtected) {
    const { sw, data } = await ask(fid)
    const status = classifyStatus(sw)
    if (carriesData(status)) {
      capabilities.shortFileId = 'yes'
      return data
    }
    const isAnswer = status.kind === 'security-status' || found.includes(sw)
    if (isAnswer || capabilities.shortFileId === 'yes') throw statusError(name, sw)
    // Either the card does not take short identifiers or it has no such file: SELECT tells which.
    await session.send(selectFile(fid))
    capabilities.shortFileId = 'no'
  } else {
    await session.send(selectFile(fid))
  }
  const { sw, data } = await ask('current')
  if (!carriesData(classifyStatus(sw))) throw statusError(name, sw)
  return data
}

async function readOn(session: CardSession, offset: number, want: number): Promise<Uint8Array> {
  if (offset > maxOffset) throw new DecodeError('ERR_CARD_DATA', 'a file longer than READ BINARY can address', offset)
  const response = await readBlock(session, (ne) => readBinary(offset, ne), want)
  if (response.sw === 0x6b00) return new Uint8Array()
  if (!carriesData(classifyStatus(response.sw))) throw statusError('READ BINARY', response.sw)
  return response.data
}

/** One READ BINARY, extended when more than 256 bytes are wanted and the card may take it. */
async function readBlock(
  session: CardSession,
  command: (ne: number) => ReturnType<typeof readBinary>,
  want: number,
): Promise<ResponseApdu> {
  const { capabilities } = session
  if (want > shortBlock && capabilities.extendedLength !== 'no') {
    const response = await tryExtended(session, command(want))
    if (response !== undefined) return response
    capabilities.extendedLength = 'no'
  }
  return session.transmit(command(Math.min(want, shortBlock)))
}

/** The response, or `undefined` when the card did not take the extended form. */
async function tryExtended(
  session: CardSession,
  command: ReturnType<typeof readBinary>,
): Promise<ResponseApdu | undefined> {
  const { capabilities } = session
  const response = await session.transmit(command)
  if (capabilities.extendedLength === 'yes') return response
  if (response.sw === 0x6700) return undefined
  if (carriesData(classifyStatus(response.sw))) {
    if (response.data.length === 0) return undefined
    capabilities.extendedLength = 'yes'
  }
  return response
}
