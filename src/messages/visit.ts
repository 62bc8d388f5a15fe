import { type CustomerDetails, customerShown, requireDetails } from './fill.ts'
import {
  type Accepted,
  type CustomerLanguage,
  type ServiceName,
  type VisitNames,
  type VisitStep,
  type VisitTexts,
  visitSteps,
} from './texts.ts'
import { en } from './visit/en.ts'
import { es } from './visit/es.ts'
import { ja } from './visit/ja.ts'
import { ko } from './visit/ko.ts'
import { pt } from './visit/pt.ts'
import { vi } from './visit/vi.ts'
import { zh } from './visit/zh.ts'

/** All texts of a visit. */
export const visitTexts: Readonly<Record<CustomerLanguage, VisitTexts>> = { ja, en, zh, ko, pt, es, vi }

/**
 * What a text of a visit depends on besides its step: plain data, which the caller keeps beside the step, so that a screen can
 * change its language at any time.
 */
export interface VisitDetails extends Omit<CustomerDetails, 'until' | 'from'> {
  /** `place-card`: what the machine reads. Default `card`. */
  readonly accepts?: Accepted | undefined
  /** `accepted`: the service that follows. Default: called just the procedure. */
  readonly service?: ServiceName | undefined
  /** `forgotten-card`: how often it was said, from 1, the default; from 2 it is urgent. */
  readonly times?: number | undefined
}

/** Language of a text of a visit, and its details. */
export interface VisitOptions extends VisitDetails {
  readonly language: CustomerLanguage
}

/** A text of a visit. */
export interface VisitMessage {
  /** Stable, for pictures. */
  readonly step: VisitStep
  /** At most 24 full-width characters, a letter or digit counting half. */
  readonly title: string
  /** At most 80 full-width characters. */
  readonly text: string
  /** At most 100 full-width characters. */
  readonly next: string
  /** All of it for a speech synthesiser, about 30 seconds at most; see `SituationMessage`. */
  readonly spoken: string
  readonly language: CustomerLanguage
}

/**
 * The text of a step of a visit, from placing the card to taking it. What fails has texts by `messageFor`, what a look at the
 * card finds by `situationMessage`.
 *
 * @throws TypeError for an unknown step, language, service or kind of card; RangeError for a number out of range.
 */
export function visitMessage(step: VisitStep, options: VisitOptions): VisitMessage {
  if (!visitSteps.includes(step)) throw new TypeError('unknown step')
  requireDetails(options)
  const { language, accepts = 'card', service = 'unknown', times = 1 } = options
  const { steps, services, buttons } = visitTexts[language]
  if (!Object.hasOwn(services, service)) throw new TypeError('unknown service')
  if (!Object.hasOwn(places, accepts)) throw new TypeError('accepts must be card, phone or card-or-phone')
  if (!(Number.isSafeInteger(times) && times >= 1)) throw new RangeError('times must be a whole number, 1 or more')
  const key = step === 'place-card' ? places[accepts] : step === 'forgotten-card' && times > 1 ? urgent : step
  const shown = customerShown(language, steps[key], options, {
    more: { ...buttons, service: services[service].phrase },
    isTitleSpoken: titled.has(step),
  })
  return { step, ...shown, language }
}

const places = { card: 'place-card', phone: 'place-phone', 'card-or-phone': 'place-card-or-phone' } as const
const urgent = 'forgotten-card-urgent'

/** Steps whose title says what their text does not. */
const titled: ReadonlySet<VisitStep> = new Set<VisitStep>(['enter-pin', 'enter-pin-on-reader', 'ended'])

/** Names of services, certificates, channels and buttons. @throws TypeError for an unknown language. */
export function visitNames(language: CustomerLanguage): VisitNames {
  requireDetails({ language })
  const { services, certificates, channels, buttons } = visitTexts[language]
  const name = (service: ServiceName): string => services[service].name
  return {
    services: {
      token: name('token'),
      'issuance-application': name('issuance-application'),
      stripe: name('stripe'),
      attributes: name('attributes'),
      'register-pin': name('register-pin'),
    },
    certificates,
    channels,
    buttons,
  }
}
