import { readRecord, selectFile } from '../apdu/index.ts'
import { copyBytes } from '../bytes.ts'
import type { CardSession } from '../card/index.ts'
import { DecodeError, StatusWordError } from '../errors.ts'
import { registryApplications } from '../juki/index.ts'

/** EF 0001 of the common application. Facts 3.5: the record from several public sources, its fields from one. */
const recordFile = 0x0001
/** Simple TLV: tag 01, and the length of 15 digits serial, 5 municipality and 8 expiry. */
const header = [0x01, 0x1c] as const
const expiryField = { from: 22, to: 30 } as const

/**
 * Reads the last day of the card from record 1 of the common application (共通カードAP), which is free to read. Spends no
 * PIN try; selecting the application clears PINs verified in another one. The serial number beside it is not kept.
 *
 * @returns the 8 bytes of the field, `YYYYMMDD` in ASCII, for `parseCardDate` of `jpki-card/validity` (source
 *   `common-record`); `undefined` when the card has no such record, as Juki cards and phones.
 * @throws DecodeError `ERR_CARD_DATA` when what the card gives is not that record; TransportError.
 */
export function readCardExpiry(session: CardSession): Promise<Uint8Array | undefined> {
  return session.exclusively(async () => {
    const record = await readCommonRecord(session)
    if (record === undefined) return undefined
    const wrong = header.findIndex((byte, i) => record[i] !== byte)
    if (wrong >= 0) throw new DecodeError('ERR_CARD_DATA', 'not the header of the common record', wrong)
    if (record.length < expiryField.to) throw new DecodeError('ERR_CARD_DATA', 'the record is cut off', record.length)
    return copyBytes(record, expiryField.from, expiryField.to)
  })
}

async function readCommonRecord(session: CardSession): Promise<Uint8Array | undefined> {
  try {
    await session.selectApplication(registryApplications.common)
    await session.send(selectFile(recordFile))
    return await session.send(readRecord(1, 'current'))
  } catch (error) {
    if (error instanceof StatusWordError) return undefined
    throw error
  }
}
