import { StripeError, WrongCardError } from '../../errors.ts'
import type { FieldValue, PersonalText } from '../profile/field.ts'
import { applyValidity, handedOut, type ReadValidity, readBlock } from '../profile/read-block.ts'
import type { StripeFormatId, Swipe } from './formats.ts'
import type { StripeProfile } from './load-profile.ts'

/** Data of a municipality on a track. Personal values are not printed. */
export interface StripeRecord {
  /** Name of the profile it was read with. */
  readonly profile: string
  readonly track: StripeFormatId
  /** Parity and LRC were checked here, not only in the reader. */
  readonly checked: boolean
  /** 利用者ID, for example a 印鑑登録番号. */
  readonly userId: PersonalText
  /** 全国地方公共団体コード, if defined by the profile. */
  readonly municipalityCode: string | undefined
  readonly validity: ReadValidity | undefined
  /** Every field by its id. */
  readonly fields: Readonly<Record<string, FieldValue>>
}

/**
 * Interprets the track of a swipe that the profile describes.
 *
 * @throws StripeError `ERR_STRIPE`: check `field` with the character of the data (from 0) that differs from the
 *   profile; that of the track when it was unreadable; check `start-sentinel` when the swipe has no such track.
 * @throws WrongCardError `ERR_WRONG_CARD` when the municipality code is not one of the profile's.
 */
export function readStripeRecord(profile: StripeProfile, swipe: Swipe): StripeRecord {
  const { track: format, layout, result } = profile
  const track = swipe.tracks.find((one) => one.format === format)
  if (track === undefined) {
    const failed = swipe.unreadable.find((one) => one.format === format)
    throw failed?.error ?? new StripeError('start-sentinel', `the swipe has no track ${format}`)
  }
  const codes = Uint8Array.from(track.data.reveal(), (character) => character.charCodeAt(0))
  const read = readBlock(layout, codes)
  if ('reason' in read) {
    const { check, field, offset, reason } = read
    if (check === 'value' && field === result.municipalityCode) {
      throw new WrongCardError('the profile is not for the municipality that issued the card')
    }
    throw new StripeError('field', `${field === undefined ? '' : `${field}: `}${reason}`, { character: offset })
  }
  const text = (id: string): string => [...read].find(([field]) => field.id === id)![1]!
  const fields = handedOut(read)
  return {
    profile: profile.name,
    track: format,
    checked: track.checked,
    userId: fields[result.userId] as PersonalText,
    municipalityCode: result.municipalityCode && text(result.municipalityCode),
    validity: validityOf(profile, text),
    fields,
  }
}

function validityOf({ validity, layout }: StripeProfile, text: (id: string) => string): ReadValidity | undefined {
  if (validity === undefined) return undefined
  const applied = applyValidity(validity, text)
  if ('validity' in applied) return applied.validity
  const { offset } = layout.fields.find(({ id }) => id === applied.notADay)!
  throw new StripeError('field', `${applied.notADay}: nonexistent date`, { character: offset })
}
