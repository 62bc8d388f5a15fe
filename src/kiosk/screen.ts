import type { JpkiCardError, PinError } from '../errors.ts'
import {
  type CustomerLanguage,
  messageFor,
  type PlaceDetails,
  type SituationMessage,
  situationMessage,
  situationOf,
  type VisitDetails,
  type VisitMessage,
  type VisitStep,
  visitMessage,
} from '../messages/index.ts'
import type { Situation } from '../outcomes.ts'
import type { CalendarDay } from '../validity/index.ts'

/**
 * A screen of a visit as data: keep it while it is shown, and when the customer changes the language, make its text again with
 * {@link screenText}.
 */
export type VisitScreen =
  | {
      readonly step: VisitStep
      /** What the text depends on. Default: nothing. */
      readonly details?: VisitDetails | undefined
      /** With `accepted` and `take-paper`: the certificate ends soon, and can be renewed. */
      readonly renewal?: { readonly until: CalendarDay; readonly from: CalendarDay } | undefined
      /** With `enter-pin` and `enter-pin-on-reader`: the error of the entry before. */
      readonly wrong?: PinError | undefined
    }
  /** Why the customer cannot be served. */
  | { readonly step: 'refused'; readonly situation: Situation; readonly error?: JpkiCardError | undefined }

/** The text of a screen. */
export interface ScreenText extends Pick<VisitMessage, 'title' | 'text' | 'next' | 'spoken' | 'language'> {
  /** To be shown beside it: that the PIN entered before was wrong, or when the certificate ends. */
  readonly notice: SituationMessage | undefined
}

/** Language of a screen, and the machine it is at. */
export interface ScreenTextOptions extends PlaceDetails {
  readonly language: CustomerLanguage
}

/**
 * The text of a screen in a language, for a machine with or without staff.
 *
 * @throws TypeError for an unknown step, situation or language.
 * @example
 * ```ts
 * import { screenText } from 'jpki-card/kiosk'
 *
 * const screen = { step: 'place-card', details: { accepts: 'card-or-phone' } } as const
 * console.log(screenText(screen, { language: 'ja', attended: false }).title)
 * console.log(screenText(screen, { language: 'en', attended: false }).title)
 * ```
 */
export function screenText(screen: VisitScreen, options: ScreenTextOptions): ScreenText {
  const { language, attended, contact } = options
  const place = { language, attended, contact }
  if (screen.step === 'refused') {
    const { situation, error } = screen
    const { title, text, next, spoken } =
      error === undefined || situation !== situationOf(error)
        ? situationMessage(situation, place)
        : messageFor(error, { audience: 'customer', ...place })
    return { title, text, next, spoken, language, notice: undefined }
  }
  const { title, text, next, spoken } = visitMessage(screen.step, { ...screen.details, ...place })
  return { title, text, next, spoken, language, notice: noticeOf(screen, place) }
}

function noticeOf(
  { step, details, renewal, wrong }: Exclude<VisitScreen, { step: 'refused' }>,
  place: ScreenTextOptions,
): SituationMessage | undefined {
  if ((step === 'accepted' || step === 'take-paper') && renewal)
    return situationMessage('certificate-renew-soon', { ...renewal, ...place })
  if ((step === 'enter-pin' || step === 'enter-pin-on-reader') && wrong)
    return situationMessage(situationOf(wrong), { ...details, ...place })
  return undefined
}
