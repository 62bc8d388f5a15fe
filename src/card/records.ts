import { getData, type Reference, type ResponseApdu, readRecord } from '../apdu/index.ts'
import { endsInside } from '../tlv/read.ts'
import { otherStructure, readInFile, transmitLong } from './files.ts'
import { type CardSession, overReset } from './session.ts'

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
