import {
  type CommandApdu,
  carriesData,
  classifyStatus,
  getData,
  isConclusive,
  type Reference,
  type ResponseApdu,
  readBinary,
  readBinaryShort,
  readRecord,
} from '../apdu/index.ts'
import { DecodeError, ResponseError, StatusWordError, TransportError } from '../errors.ts'
import { endsInside, tlvTotalLength } from '../tlv/index.ts'
import { type CardSession, overReset, selectEf, statusError } from './session.ts'

/**
 * How much of a file to read: a number of bytes; `object` for the one data object at its start, without padding; or the
 * number `measure` computes from its start (256 bytes, fewer only if file or card return fewer), at most 32 767 bytes.
 * The files of the cards are longer than their content.
 */
export type FileExtent =
  | { readonly bytes: number }
  | { readonly object: { readonly maxBytes: number } }
  | { readonly measure: (head: Uint8Array) => number }

/** Options of {@link readFile}. */
export interface ReadFileOptions {
  /** The content is secret: intermediate copies are wiped, the result is the only one left here. Default false. */
  readonly secret?: boolean
}

const shortBlock = 256
/** Block size after a block of 256 bytes arrives truncated: some readers have no buffer for 258 bytes. */
const smallBlock = 128
/** Sessions whose reader needs the small block size. */
const smallReaders = new WeakSet<CardSession>()
const wholeFile = 65_536
/** The EF was found, but has the other structure (records or transparent). */
export const otherStructure = 0x6981
/** READ BINARY from an offset behind the last byte. */
const endOfFile = 0x6b00
/** Longest tag and length at the start of a file, and four bytes before them. */
const longestHead = 16
/** READ BINARY addresses 15 bits, ISO/IEC 7816-4 11.2.2. */
const maxOffset = 0x7fff
/**
 * Exchanges per file, at most: more than twice those of the longest file from a card that returns 256 bytes per 61XX.
 */
const maxExchanges = 1_024

/**
 * Reads a transparent EF of the current application with as few exchanges as the card allows: one if it supports short
 * EF identifiers and extended length, else SELECT and one READ BINARY per 256 bytes. Refused forms are recorded in
 * `session.capabilities`, so each costs one command per session.
 *
 * @param fid - file identifier, 0x0001 to 0xFFFE; 0x0001 to 0x001E can be read by short identifier.
 * @returns the bytes asked for; fewer only when the file is shorter. With `object`: the object, or nothing when the
 *   file has none (it starts with the filler 00 or FFFF).
 * @throws StatusWordError `ERR_FILE_NOT_FOUND`, `ERR_SECURITY_STATUS`, `ERR_STATUS_WORD`.
 * @throws DecodeError `ERR_CARD_DATA` when the file is shorter than its data object, or is returned in thousands of
 *   parts; `ERR_TLV` when it does not start with a data object.
 * @throws ResponseError `ERR_RESPONSE_MALFORMED` when card or reader respond without the requested data, with short
 *   length too.
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
    // Some reader drivers fail on the first extended APDU instead of passing it to the card.
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
  const heads: Uint8Array[] = []
  try {
    const first = await readStart(session, fid, 'bytes' in extent ? extent.bytes : wholeFile)
    parts.push(first)
    let have = first.length
    const most = session.exchanges + maxExchanges
    /** The next block; `undefined` at the end of the file. */
    const more = async (want: number): Promise<Uint8Array | undefined> => {
      if (session.exchanges > most)
        throw new DecodeError('ERR_CARD_DATA', 'the card returns only a few bytes per command', have)
      const block = await readOn(session, have, want)
      if (block !== undefined) parts.push(block)
      have += block?.length ?? 0
      return block
    }
    let need = wantedBytes(extent, first)
    while (need === undefined) {
      const block = await more(shortBlock)
      if (block?.length === 0) throw withoutData('READ BINARY')
      const head = joined(parts, have)
      heads.push(head)
      need = wantedBytes(extent, head, block === undefined)
    }
    let end: 'file' | 'answer' | undefined
    while (have < need && end === undefined) {
      const block = await more(need - have)
      end = block === undefined ? 'file' : block.length === 0 ? 'answer' : undefined
    }
    if (!('bytes' in extent) && have < need) {
      if (end === 'answer') throw withoutData('READ BINARY')
      throw new DecodeError('ERR_CARD_DATA', `the file ends before its data object of ${need} bytes`, have)
    }
    return joined(parts, Math.min(have, need))
  } finally {
    if (secret) for (const part of [...parts, ...heads]) part.fill(0)
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

/** `undefined`: the start is too short to decide. @param isAll - the file has no more bytes. */
function wantedBytes(extent: FileExtent, head: Uint8Array, isAll = false): number | undefined {
  if ('bytes' in extent) return extent.bytes
  // A single FF may be filler or the first byte of a tag.
  if (!isAll && head.length === 1 && head[0] === 0xff) return undefined
  try {
    return 'object' in extent ? objectLength(head, extent.object.maxBytes) : extent.measure(head)
  } catch (error) {
    const isShort = error instanceof DecodeError && error.code === 'ERR_TLV' && head.length < longestHead
    if (isAll || !isShort) throw error
    return undefined
  }
}

function objectLength(head: Uint8Array, maxBytes: number): number {
  // FF begins the tags of the registry applications as well as filler; none of their tags continues with FF.
  if (head.length === 0 || head[0] === 0x00 || (head[0] === 0xff && (head[1] ?? 0xff) === 0xff)) return 0
  const length = tlvTotalLength(head)
  if (length > maxBytes)
    throw new DecodeError('ERR_CARD_DATA', `a data object of ${length} bytes, at most ${maxBytes}`, 0)
  return length
}

/** First block of the file, which becomes the current EF. */
function readStart(session: CardSession, fid: number, want: number): Promise<Uint8Array> {
  const ask = (file: Reference) => {
    const command = (ne: number) => (file === 'current' ? readBinary(0, ne) : readBinaryShort(file, 0, ne))
    // While support of short identifiers is unknown, a refusal is attributed to them first, except for a wrong length.
    const suspects = file === 'current' || session.capabilities.shortFileId === 'yes' ? 'any' : 'length'
    return readBlock(session, command, want, { answers: [otherStructure], suspects })
  }
  return readInFile(session, fid, 'READ BINARY', ask, [otherStructure])
}

/**
 * Reads in an EF, which becomes the current one: by its short identifier if supported, otherwise after SELECT.
 * @internal
 *
 * @param name - of the command, for errors.
 * @param ask - sends the command with that file reference.
 * @param found - status words that show that the file was found, so that short identifiers are supported.
 */
export async function readInFile(
  session: CardSession,
  fid: number,
  name: string,
  ask: (file: Reference) => Promise<LongResponse>,
  found: readonly number[],
): Promise<Uint8Array> {
  const { capabilities } = session
  // Under secure messaging no public source documents short identifiers, so the file is selected.
  const byShortId = fid <= 0x1e && capabilities.shortFileId !== 'no' && !session.isProtected
  let refused: number | undefined
  if (byShortId) {
    const response = await ask(fid)
    if (bringsData(response)) {
      capabilities.shortFileId = 'yes'
      return response.data
    }
    const { sw } = response
    const isAnswer = found.includes(sw) || (isConclusive(sw) && classifyStatus(sw).kind !== 'not-found')
    if (isAnswer || capabilities.shortFileId === 'yes') throw refusal(name, response)
    refused = sw
  }
  // A refused short identifier: either unsupported or the file is missing; SELECT shows which.
  await session[selectEf](fid)
  const response = await ask('current')
  const isOther = response.sw !== refused && (isConclusive(response.sw) || found.includes(response.sw))
  // Unless the same status word refused the length without a short identifier.
  if (byShortId && (bringsData(response) || isOther) && response.refused !== refused) capabilities.shortFileId = 'no'
  if (!bringsData(response)) throw refusal(name, response)
  return response.data
}

/** The next block; empty when the card responds without data, `undefined` at the end of the file. */
async function readOn(session: CardSession, offset: number, want: number): Promise<Uint8Array | undefined> {
  if (offset > maxOffset) throw new DecodeError('ERR_CARD_DATA', 'a file longer than READ BINARY can address', offset)
  const { capabilities } = session
  const probing = want > shortBlock && capabilities.extendedLength === 'unknown'
  const response = await readBlock(session, (ne) => readBinary(offset, ne), want, {
    answers: [endOfFile],
    isNext: true,
  })
  if (response.sw === endOfFile) return undefined
  if (!carriesData(classifyStatus(response.sw))) throw refusal('READ BINARY', response)
  // The file continues beyond an extended response: card or reader truncates responses.
  const isCut = probing && capabilities.extendedLength === 'unknown' && response.data.length > 0
  if (isCut && !session.isProtected) capabilities.extendedLength = 'no'
  if (response.data.length === 0 && classifyStatus(response.sw).kind === 'warning') return undefined
  return response.data
}

/** Whether the response has usable data. A command that requests data and gets none was not carried out. @internal */
export function bringsData({ sw, data }: ResponseApdu): boolean {
  return data.length > 0 && carriesData(classifyStatus(sw))
}

/**
 * The error for a response without the requested data. @internal
 *
 * @param name - of the command.
 */
export function refusal(name: string, { sw, data }: ResponseApdu): Error {
  // An error status with data: the response was truncated, and its last bytes look like a status word.
  return carriesData(classifyStatus(sw)) || data.length > 0 ? withoutData(name) : statusError(name, sw)
}

const withoutData = (name: string): ResponseError =>
  new ResponseError('ERR_RESPONSE_MALFORMED', `the response to ${name} does not have the requested data`)

/** A response, and the status word that refused the extended form before it. */
interface LongResponse extends ResponseApdu {
  readonly refused?: number
}

/** Response classification for {@link transmitLong}. */
interface LongOptions {
  /** Status words that are a result, not a refusal of the form. */
  readonly answers?: readonly number[]
  /** Refusals attributed to the length: any inconclusive one, or 6700 only. Default `any`. */
  readonly suspects?: 'any' | 'length'
  /** Whether the data is complete; default: any data is. */
  readonly isWhole?: (data: Uint8Array) => boolean
}

/**
 * Sends a reading command with extended length unless that is known to be unsupported. While unknown, a response that
 * is neither the requested data nor a clear refusal is followed by the short form, once; the working form is recorded.
 * A truncated response is always followed by the short form. @internal
 *
 * @param short - sends the same command with short length.
 * @returns the response to the last command sent.
 * @throws ResponseError as `session.transmit`, when the response to the short form is malformed too.
 */
export async function transmitLong(
  session: CardSession,
  long: CommandApdu,
  short: () => Promise<ResponseApdu>,
  { answers = [], suspects = 'any', isWhole = () => true }: LongOptions = {},
): Promise<LongResponse> {
  const { capabilities } = session
  if (capabilities.extendedLength === 'no') return short()
  const isGood = (response: ResponseApdu): boolean => bringsData(response) && isWhole(response.data)
  // A length that worked before may fail for a longer response: a truncated response is requested again all the same.
  const isKnown = capabilities.extendedLength === 'yes'
  const isAnswer = ({ sw, data }: ResponseApdu): boolean =>
    data.length === 0 && (isConclusive(sw) || answers.includes(sw))
  const first = await orMalformed(session.transmit(long))
  if (!(first instanceof ResponseError)) {
    if (isGood(first)) {
      if (first.data.length > shortBlock) capabilities.extendedLength = 'yes'
      return first
    }
    if (isKnown && first.data.length === 0) return first
    const isSuspect = suspects === 'any' || first.sw === 0x6700 || first.data.length > 0
    if (isAnswer(first) || (!isSuspect && !carriesData(classifyStatus(first.sw)))) return first
  }
  const second = await short()
  // A different refusal shows that the first one was about the length.
  const wasRefused =
    !(first instanceof ResponseError) && first.data.length === 0 && !carriesData(classifyStatus(first.sw))
  const isOther = wasRefused && second.data.length === 0 && second.sw !== first.sw
  const isSettled = isGood(second) || isAnswer(second) || isOther
  if (isSettled) capabilities.extendedLength = 'no'
  if (!isSettled && !(first instanceof ResponseError) && bringsData(first)) throw withoutData(long.name)
  return first instanceof ResponseError ? second : { ...second, refused: first.sw }
}

/**
 * Sends a command that computes with a key, referenced in P2, or by selecting its EF if P2 is refused. A refusal that
 * may concern P2 is followed by the other form, once: nothing was computed, and no PIN is sent. @internal
 *
 * @param fid - of the key; its low five bits are the short identifier.
 */
export async function transmitByReference(
  session: CardSession,
  fid: number,
  build: (reference: Reference) => CommandApdu,
  options: { readonly mayBeUnverified?: boolean } = {},
): Promise<ResponseApdu> {
  const { capabilities } = session
  if (capabilities.directReference === 'no') {
    await session[selectEf](fid)
    return session.transmit(build('current'))
  }
  const first = await session.transmit(build(fid & 0x1f))
  if (!isAboutReference(first)) return first
  try {
    await session[selectEf](fid)
  } catch (error) {
    if (!(error instanceof StatusWordError) || isConclusive(error.sw)) throw error
    return first
  }
  const second = await session.transmit(build('current'))
  if (carriesData(classifyStatus(second.sw))) capabilities.directReference = 'no'
  // With a PIN verified just before, that cannot be the reason.
  return classifyStatus(second.sw).kind === 'security-status' && options.mayBeUnverified !== true ? first : second
}

/** Excludes success, security status, and warnings of a changed state. */
function isAboutReference({ sw, data }: ResponseApdu): boolean {
  const { kind } = classifyStatus(sw)
  if (data.length > 0 || kind === 'ok' || kind === 'warning' || sw >> 8 === 0x65 || sw >> 8 === 0x66) return false
  return kind !== 'security-status' && kind !== 'blocked' && kind !== 'tries-left'
}

async function orMalformed(work: Promise<ResponseApdu>): Promise<ResponseApdu | ResponseError> {
  try {
    return await work
  } catch (error) {
    if (error instanceof ResponseError) return error
    throw error
  }
}

/** One READ BINARY, extended when more than 256 bytes are requested and may be supported. */
function readBlock(
  session: CardSession,
  command: (ne: number) => CommandApdu,
  want: number,
  options: LongOptions & { readonly isNext?: boolean },
): Promise<LongResponse> {
  const short = () => readShort(session, command, Math.min(want, shortBlock), options.isNext ?? false)
  return want > shortBlock ? transmitLong(session, command(want), short, options) : short()
}

/** One READ BINARY with short length, repeated with half the length when the response is truncated. */
async function readShort(
  session: CardSession,
  command: (ne: number) => CommandApdu,
  want: number,
  isNext: boolean,
): Promise<ResponseApdu> {
  if (want <= smallBlock || smallReaders.has(session)) return session.transmit(command(Math.min(want, smallBlock)))
  const first = await orMalformed(session.transmit(command(want)))
  const isSpoilt =
    first instanceof ResponseError ||
    (first.data.length > 0 ? !bringsData(first) : carriesData(classifyStatus(first.sw)) && !isNext)
  if (!isSpoilt) return first
  const second = await session.transmit(command(smallBlock))
  if (bringsData(second)) smallReaders.add(session)
  return second
}

const noSuchRecord = 0x6a83
const wholeObject = 65_536

/**
 * Reads one record of a record EF of the current application: one exchange if short EF identifiers are supported,
 * else SELECT and READ RECORD. Refused forms are recorded in `session.capabilities`.
 *
 * @param fid - file identifier, 0x0001 to 0xFFFE.
 * @param record - 1 to 254.
 * @throws StatusWordError `ERR_FILE_NOT_FOUND` when file or record are missing, `ERR_SECURITY_STATUS`,
 *   `ERR_STATUS_WORD`.
 * @throws ResponseError `ERR_RESPONSE_MALFORMED` when the response has no data.
 * @throws TransportError `ERR_CARD_RESET` only while a PIN of this session is verified; else the record is read again.
 */
export function readFileRecord(session: CardSession, fid: number, record: number): Promise<Uint8Array> {
  const ask = (file: Reference) => session.transmit(readRecord(record, file))
  return session[overReset](() => readInFile(session, fid, 'READ RECORD', ask, [noSuchRecord, otherStructure]))
}

/**
 * GET DATA of a data object: with short length first, unless it is known to be longer, and extended after 6700. Refused
 * forms are recorded in `session.capabilities`. @internal
 *
 * @param isLong - it is longer than a short response, and constructed.
 */
export async function readDataObject(session: CardSession, tag: number, isLong = false): Promise<ResponseApdu> {
  const short = () => session.transmit(getData(tag))
  if (!isLong) {
    const response = await short()
    if (response.sw !== 0x6700 || session.capabilities.extendedLength === 'no') return response
    return transmitLong(session, getData(tag, wholeObject), async () => response)
  }
  return transmitLong(session, getData(tag, wholeObject), short, { isWhole: (data) => !endsInside(data) })
}
