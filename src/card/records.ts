import { type Reference, readRecord } from '../apdu/index.ts'
import { otherStructure, readInFile } from './files.ts'
import { type CardSession, overReset } from './session.ts'

const noSuchRecord = 0x6a83

/**
 * Reads one record of a record EF of the current application: one exchange where the card takes short EF identifiers,
 * else SELECT and READ RECORD. What it refuses is remembered in `session.capabilities`.
 *
 * @param fid - file identifier, 0x0001 to 0xFFFE.
 * @param record - 1 to 254.
 * @throws StatusWordError `ERR_FILE_NOT_FOUND` when there is no such file or record, `ERR_SECURITY_STATUS`, `ERR_STATUS_WORD`.
 * @throws TransportError `ERR_CARD_RESET` only while a PIN of this session is verified; else the record is read again.
 */
export function readFileRecord(session: CardSession, fid: number, record: number): Promise<Uint8Array> {
  const ask = (file: Reference) => session.transmit(readRecord(record, file))
  return session[overReset](() => readInFile(session, fid, 'READ RECORD', ask, [noSuchRecord, otherStructure]))
}
