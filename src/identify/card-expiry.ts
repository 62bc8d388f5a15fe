import type { CardSession } from '../card/index.ts'
import { StatusWordError } from '../errors.ts'
import { CommonApplication } from './common/application.ts'

/**
 * Reads the last day of the card from record 1 of the common application (共通カードAP), which is free to read. Spends no
 * PIN try; selecting the application clears PINs verified in another one. The serial number beside it is not kept.
 *
 * @returns the 8 bytes of the field, `YYYYMMDD` in ASCII, for `parseCardDate` of `jpki-card/credentials` (source
 *   `common-record`); `undefined` when the card has no such record, as Juki cards and phones.
 * @throws DecodeError `ERR_CARD_DATA` when what the card gives is not that record; TransportError.
 */
export async function readCardExpiry(session: CardSession): Promise<Uint8Array | undefined> {
  try {
    const common = await CommonApplication.open(session)
    return await common.readExpiry()
  } catch (error) {
    if (error instanceof StatusWordError) return undefined
    throw error
  }
}
