import { carriesData, classifyStatus, readRecord, selectFile } from '../apdu/index.ts'
import { type CardSession, overReset, statusError } from './session.ts'

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
  return session[overReset](() => readOnce(session, fid, record))
}

async function readOnce(session: CardSession, fid: number, record: number): Promise<Uint8Array> {
  const { capabilities } = session
  if (fid <= 0x1e && capabilities.shortFileId !== 'no') {
    const response = await session.transmit(readRecord(record, fid))
    const status = classifyStatus(response.sw)
    if (carriesData(status)) {
      capabilities.shortFileId = 'yes'
      return response.data
    }
    const found = status.kind === 'security-status' || [noSuchRecord, otherStructure].includes(response.sw)
    if (found || capabilities.shortFileId === 'yes') throw statusError('READ RECORD', response.sw)
    // Either the card does not take short identifiers or it has no such file: SELECT tells which.
    await session.send(selectFile(fid))
    capabilities.shortFileId = 'no'
  } else {
    await session.send(selectFile(fid))
  }
  return session.send(readRecord(record, 'current'))
}

const noSuchRecord = 0x6a83
const otherStructure = 0x6981
