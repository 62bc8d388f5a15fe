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
import { tlvTotalLength } from '../tlv/index.ts'
import { endsInside } from '../tlv/read.ts'
import { type CardSession, overReset, selectEf, statusError } from './session.ts'

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
/** Asked for in place of a block of 256 bytes that arrives spoilt: some readers have no room for 258 bytes. */
const smallBlock = 128
/** Sessions whose reader has no room for more. */
const smallReaders = new WeakSet<CardSession>()
const wholeFile = 65_536
/** The EF was found, and does not hold what was asked for: records, or none. */
export const otherStructure = 0x6981
/** READ BINARY from an offset behind the last byte. */
const endOfFile = 0x6b00
/** Longest tag and length that begin a file, and four bytes in front of them. */
const longestHead = 16
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
 * @throws ResponseError `ERR_RESPONSE_MALFORMED` when card or reader answers without the data asked for, in short lengths too.
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
  const heads: Uint8Array[] = []
  try {
    const first = await readStart(session, fid, 'bytes' in extent ? extent.bytes : wholeFile)
    parts.push(first)
    let have = first.length
    const most = session.exchanges + maxExchanges
    /** The next block; `undefined` at the end of the file. */
    const more = async (want: number): Promise<Uint8Array | undefined> => {
      if (session.exchanges > most) throw new DecodeError('ERR_CARD_DATA', 'the card gives a few bytes at a time', have)
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

/** `undefined`: the beginning is too short to say. @param isAll - there is no more of it. */
function wantedBytes(extent: FileExtent, head: Uint8Array, isAll = false): number | undefined {
  if ('bytes' in extent) return extent.bytes
  // A lone FF may be filler and may begin a tag.
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
    // While it is not known whether short identifiers are taken, they are the first suspect, but for a wrong length.
    const suspects = file === 'current' || session.capabilities.shortFileId === 'yes' ? 'any' : 'length'
    return readBlock(session, command, want, { answers: [otherStructure], suspects })
  }
  return readInFile(session, fid, 'READ BINARY', ask, [otherStructure])
}

/**
 * Reads in an EF, which becomes the current one: by its short identifier where the card takes those, else SELECT comes first.
 * @internal
 *
 * @param name - of the command, for errors.
 * @param ask - sends the command with the file so named.
 * @param found - status words that show that the file was found, so that the card takes short identifiers.
 */
export async function readInFile(
  session: CardSession,
  fid: number,
  name: string,
  ask: (file: Reference) => Promise<LongResponse>,
  found: readonly number[],
): Promise<Uint8Array> {
  const { capabilities } = session
  // Under secure messaging no public source shows a short identifier, so the file is selected.
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
  // Where a short identifier was refused: either it is not taken or there is no such file, and SELECT shows which.
  await session[selectEf](fid)
  const response = await ask('current')
  const isOther = response.sw !== refused && (isConclusive(response.sw) || found.includes(response.sw))
  // Unless the same word refused the length without a short identifier.
  if (byShortId && (bringsData(response) || isOther) && response.refused !== refused) capabilities.shortFileId = 'no'
  if (!bringsData(response)) throw refusal(name, response)
  return response.data
}

/** The next block; empty when the card answers without data, `undefined` at the end of the file. */
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
  // There was more of the file than an extended length brought: card or reader cuts its answers.
  const isCut = probing && capabilities.extendedLength === 'unknown' && response.data.length > 0
  if (isCut && !session.isProtected) capabilities.extendedLength = 'no'
  if (response.data.length === 0 && classifyStatus(response.sw).kind === 'warning') return undefined
  return response.data
}

/** Whether the answer has data that may be used. A command that wants data and gets none was not carried out. @internal */
export function bringsData({ sw, data }: ResponseApdu): boolean {
  return data.length > 0 && carriesData(classifyStatus(sw))
}

/**
 * The error for an answer without the data asked for. @internal
 *
 * @param name - of the command.
 */
export function refusal(name: string, { sw, data }: ResponseApdu): Error {
  // A refusal with data is neither: the answer was cut in the middle, and its last bytes look like a status word.
  return carriesData(classifyStatus(sw)) || data.length > 0 ? withoutData(name) : statusError(name, sw)
}

const withoutData = (name: string): ResponseError =>
  new ResponseError('ERR_RESPONSE_MALFORMED', `the answer to ${name} does not have the data asked for`)

/** A response, and the status word that refused the extended form before it. */
interface LongResponse extends ResponseApdu {
  readonly refused?: number
}

/** What {@link transmitLong} takes for an answer. */
interface LongOptions {
  /** Status words that are an answer to what was asked, and no refusal of the form. */
  readonly answers?: readonly number[]
  /** Which refusals make the length suspect: any that is not conclusive, or 6700 alone. Default `any`. */
  readonly suspects?: 'any' | 'length'
  /** Whether the data is all of it; default: any data is. */
  readonly isWhole?: (data: Uint8Array) => boolean
}

/**
 * Sends a command that reads, in extended lengths unless those are known not to be taken. While that is not known, an answer that is
 * neither the data asked for nor a clear refusal is followed by the short form, once; what then works is remembered. An answer that
 * was cut is followed by it in any case. @internal
 *
 * @param short - sends the same command in short lengths.
 * @returns the response to whichever was sent last.
 * @throws ResponseError as `session.transmit`, when the short form is answered like that too.
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
  // What worked for one answer may be too short for a longer one: an answer that was cut is asked for again all the same.
  const isKnown = capabilities.extendedLength === 'yes'
  const isAnswer = ({ sw, data }: ResponseApdu): boolean =>
    data.length === 0 && (isConclusive(sw) || answers.includes(sw))
  const first = await orMalformed(session.transmit(long))
  if (!(first instanceof ResponseError)) {
    if (isGood(first)) {
      if (first.data.length > shortBlock) capabilities.extendedLength = 'yes'
      return first
    }
    if (isKnown && !bringsData(first)) return first
    const isSuspect = suspects === 'any' || first.sw === 0x6700 || first.data.length > 0
    if (isAnswer(first) || (!isSuspect && !carriesData(classifyStatus(first.sw)))) return first
  }
  const second = await short()
  // Another refusal shows that the length was what the first one was about.
  const wasRefused =
    !(first instanceof ResponseError) && first.data.length === 0 && !carriesData(classifyStatus(first.sw))
  const isOther = wasRefused && second.data.length === 0 && second.sw !== first.sw
  const isSettled = isGood(second) || isAnswer(second) || isOther
  if (isSettled) capabilities.extendedLength = 'no'
  if (!isSettled && !(first instanceof ResponseError) && bringsData(first)) throw withoutData(long.name)
  return first instanceof ResponseError ? second : { ...second, refused: first.sw }
}

/**
 * Sends a command that computes with a key, which is named in P2, or by its EF being selected where P2 is refused. A refusal that
 * may be about P2 is followed by the other form, once: nothing was computed, and no PIN is sent. @internal
 *
 * @param fid - of the key; its low five bits are its short identifier.
 */
export async function transmitByReference(
  session: CardSession,
  fid: number,
  build: (reference: Reference) => CommandApdu,
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
  // It was not refused for want of a PIN before.
  return classifyStatus(second.sw).kind === 'security-status' ? first : second
}

/** Not: done, not allowed, or something changed on the card. */
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

/** One READ BINARY, extended when more than 256 bytes are wanted and the card may take it. */
function readBlock(
  session: CardSession,
  command: (ne: number) => CommandApdu,
  want: number,
  options: LongOptions & { readonly isNext?: boolean },
): Promise<LongResponse> {
  const short = () => readShort(session, command, Math.min(want, shortBlock), options.isNext ?? false)
  return want > shortBlock ? transmitLong(session, command(want), short, options) : short()
}

/** One READ BINARY in short lengths, once more for half as much when the answer is spoilt. */
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
 * Reads one record of a record EF of the current application: one exchange where the card takes short EF identifiers,
 * else SELECT and READ RECORD. What it refuses is remembered in `session.capabilities`.
 *
 * @param fid - file identifier, 0x0001 to 0xFFFE.
 * @param record - 1 to 254.
 * @throws StatusWordError `ERR_FILE_NOT_FOUND` when there is no such file or record, `ERR_SECURITY_STATUS`, `ERR_STATUS_WORD`.
 * @throws ResponseError `ERR_RESPONSE_MALFORMED` when it is answered without data.
 * @throws TransportError `ERR_CARD_RESET` only while a PIN of this session is verified; else the record is read again.
 */
export function readFileRecord(session: CardSession, fid: number, record: number): Promise<Uint8Array> {
  const ask = (file: Reference) => session.transmit(readRecord(record, file))
  return session[overReset](() => readInFile(session, fid, 'READ RECORD', ask, [noSuchRecord, otherStructure]))
}

/**
 * GET DATA of a data object: in short lengths first, unless it is known to be too long for them, and extended after 6700. What is
 * refused is remembered in `session.capabilities`. @internal
 *
 * @param isLong - it is longer than a short response and made of data objects itself.
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
