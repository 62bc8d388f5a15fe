import { findServices, type ServiceChannel, type ServicePlan, serviceChannels } from '../../credentials/index.ts'
import { hasNoEnd } from '../../validity/index.ts'
import type { Context, Result } from '../context.ts'
import type { Messages } from '../messages/catalogue.ts'
import { dayInJapan, table } from '../output.ts'
import { withSession } from '../session.ts'
import { type CardSurvey, surveyCard } from '../trust/card-survey.ts'

const channels = Object.keys(serviceChannels) as ServiceChannel[]

/**
 * `services`: which credential of the card is accepted at a channel, and the text for the customer.
 *
 * @param wanted - the channel; `undefined` for all of them.
 */
export async function services(context: Context, wanted: ServiceChannel | undefined): Promise<Result> {
  const { messages } = context
  const { value, reader } = await withSession(context, surveyCard)
  const { kind } = value.identification
  const plans = (wanted === undefined ? channels : [wanted]).flatMap((channel) => findServices({ card: kind, channel }))
  const { headings, kinds, services: texts } = messages
  const head = table(
    [
      [headings.reader, reader],
      [headings.card, kinds[kind]],
    ],
    '',
  )
  const parts = plans.map((plan) => planText(plan, value, messages))
  return {
    json: { card: { kind }, services: plans.map((plan) => planJson(plan, value)) },
    text: [head, ...(parts.length === 0 ? [`${texts.none}\n`] : parts)].join('\n'),
  }
}

/** The last day, as readable from the card without a PIN. */
function lastDay({ expiry: follows }: ServicePlan, { auth, expiry }: CardSurvey): string | undefined {
  if (follows === 'own-certificate') {
    return !auth.readable || hasNoEnd(auth.certificate.notAfter) ? undefined : dayInJapan(auth.certificate.notAfter)
  }
  return expiry.readable ? expiry.end.expiry : undefined
}

/** Why the last day is missing. */
function noDay({ expiry: follows }: ServicePlan, { auth }: CardSurvey, messages: Messages): string {
  const isEndless = follows === 'own-certificate' && auth.readable && hasNoEnd(auth.certificate.notAfter)
  return isEndless ? messages.noEnd : messages.services.dayNeedsPin
}

function planJson(plan: ServicePlan, survey: CardSurvey) {
  const { channel, method, credential, pinCheckedBy, expiry, offered, customer } = plan
  const { id, name, application, pin, pinManagedBy } = credential
  return {
    channel,
    method,
    credential: { id, name, application },
    pin: { characters: pin.characters, min: pin.min, max: pin.max, managedBy: pinManagedBy, checkedBy: pinCheckedBy },
    expiry,
    lastDay: lastDay(plan, survey) ?? null,
    offered,
    customer,
  }
}

function planText(plan: ServicePlan, survey: CardSurvey, messages: Messages): string {
  const { services: texts, validity, language } = messages
  const { channel, method, credential, pinCheckedBy, expiry, offered, customer } = plan
  const { min, max, characters } = credential.pin
  const rows = [
    [texts.method, texts.methods[method]],
    [texts.credential, `${validity.credentials[credential.id]} (${texts.holders[credential.id]})`],
    [texts.pin, texts.pinForm(min === max ? String(min) : `${min}–${max}`, texts.characters[characters])],
    [texts.keeper, texts.keepers[credential.pinManagedBy]],
    [texts.checkedBy, texts.checkers[pinCheckedBy]],
    [texts.expiry, [texts.expiries[expiry], lastDay(plan, survey) ?? noDay(plan, survey, messages)].join(', ')],
    [texts.offered, validity.offered[offered]],
    [texts.customer, customer[language]],
  ]
  return `${texts.channels[channel]}\n${table(rows)}`
}
