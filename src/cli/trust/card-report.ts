import { findCredentials } from '../../credentials/index.ts'
import { Certificate } from '../../pki/index.ts'
import {
  type CalendarDay,
  type CardExpiry,
  cardValidity,
  type EffectiveValidity,
  type Explanation,
  effectiveValidity,
  explainValidity,
} from '../../validity/index.ts'
import { endMoment } from '../end-of-validity.ts'
import type { Messages, UnreadableReason } from '../messages/catalogue.ts'
import { momentInJapan, table } from '../output.ts'
import type { CardSurvey } from './card-survey.ts'
import { certificateFacts, certificateRows, explanationRows } from './certificate-facts.ts'

/** When a card is judged, and what the caller knows of its holder. */
export interface GivenFacts {
  readonly at: Date
  readonly birthDate?: CalendarDay
  /** Of the card, or of the one certificate asked about. */
  readonly issueDate?: CalendarDay
}

/** Everything that is known of a card's end; for `--json` as it is. */
export function cardJson(survey: CardSurvey, given: GivenFacts): Readonly<Record<string, unknown>> {
  const { identification, auth, sign, expiry } = survey
  const { kind, token } = identification
  return {
    card: { kind, ...(token !== undefined && { token }) },
    at: given.at,
    certificates: [certificateJson('auth', auth, survey, given), certificateJson('sign', sign, survey, given)],
    cardExpiry: typeof expiry === 'string' ? { readable: false, reason: expiry } : cardFacts(expiry, given),
    effective: effectiveJson(survey, given),
    credentials: credentialsOf(survey).map(({ credential, channels, offered, use, source, confidence }) => {
      const { id, name, application, pinManagedBy, validity } = credential
      return { id, name, application, pinManagedBy, validity, channels, offered, use, source, confidence }
    }),
  }
}

function certificateJson(
  id: 'auth' | 'sign',
  found: Certificate | UnreadableReason,
  survey: CardSurvey,
  given: GivenFacts,
) {
  if (typeof found === 'string') return { id, readable: false, reason: found }
  return { id, readable: true, validity: factsOn(survey, found, given) }
}

/** A certificate with what its card and the other certificate say. */
function factsOn({ auth, expiry }: CardSurvey, certificate: Certificate, { at, birthDate }: GivenFacts) {
  const beside = auth instanceof Certificate && auth !== certificate ? certificateFacts(auth, at) : undefined
  return certificateFacts(certificate, at, {
    ...(birthDate !== undefined && { birthDate }),
    ...(typeof expiry !== 'string' && { cardExpiry: expiry.expiry }),
    ...(beside?.explanation !== undefined &&
      beside.lastDayInJapan !== null && { authCertificateExpiry: beside.lastDayInJapan }),
  })
}

function cardFacts(card: CardExpiry, { at, birthDate, issueDate }: GivenFacts) {
  const explanation: Explanation | undefined =
    issueDate === undefined
      ? undefined
      : explainValidity({ kind: 'card', expiry: card.expiry, issueDate, ...(birthDate !== undefined && { birthDate }) })
  return { readable: true, ...cardValidity(card, at), ...(explanation !== undefined && { explanation }) }
}

/** The earliest of user-authentication certificate and card, when both were read. */
function effectiveOf({ auth, expiry }: CardSurvey, { at }: GivenFacts): EffectiveValidity | undefined {
  if (typeof auth === 'string' || typeof expiry === 'string') return undefined
  return effectiveValidity({ certificate: auth, card: expiry }, at)
}

function effectiveJson(survey: CardSurvey, given: GivenFacts) {
  const effective = effectiveOf(survey, given)
  if (effective === undefined) return null
  const { state, limitedBy, lastMoment, lastDayInJapan, daysLeft } = effective
  return { state, limitedBy, lastMoment, lastDayInJapan, daysLeft }
}

function credentialsOf({ identification: { kind } }: CardSurvey) {
  return kind === 'my-number' || kind === 'juki' ? findCredentials({ card: kind }) : []
}

/** The same for people. */
export function cardText(messages: Messages, reader: string, survey: CardSurvey, given: GivenFacts): string {
  const { headings, kinds, validity: texts, certificates } = messages
  const head = [
    [headings.reader, reader],
    [headings.card, kinds[survey.identification.kind]],
  ]
  const section = (heading: string, rows: readonly (readonly string[])[]): string => `${heading}\n${table(rows)}`
  const certificateRowsOf = (found: Certificate | UnreadableReason): string[][] =>
    typeof found === 'string'
      ? [[messages.unreadable[found]]]
      : certificateRows(factsOn(survey, found, given), messages)
  return [
    table(head, ''),
    section(certificates.auth, certificateRowsOf(survey.auth)),
    section(certificates.sign, certificateRowsOf(survey.sign)),
    section(headings.card, cardRows(survey, given, texts)),
    section(texts.both, effectiveRows(survey, given, messages)),
    section(texts.credentialsHeading, credentialRows(survey, texts)),
  ].join('\n')
}

function cardRows({ expiry }: CardSurvey, given: GivenFacts, texts: Messages['validity']): string[][] {
  if (typeof expiry === 'string') return [[texts.noCardExpiry[expiry]]]
  const { state, lastMoment, daysLeft, source, flags, explanation } = cardFacts(expiry, given)
  return [
    [texts.state, texts.states[state]],
    [texts.until, texts.lastMoment(momentInJapan(lastMoment), daysLeft)],
    ...flags.map((flag) => ['', texts.note(texts.flags[flag])]),
    [texts.source, texts.sources[source]],
    ...(explanation === undefined ? [[texts.rule, texts.needsIssueDate]] : explanationRows(explanation, texts)),
  ]
}

function effectiveRows(survey: CardSurvey, given: GivenFacts, messages: Messages): string[][] {
  const { validity: texts } = messages
  const effective = effectiveOf(survey, given)
  if (effective === undefined) return [[texts.notBoth]]
  return [
    [texts.state, texts.states[effective.state]],
    [texts.until, texts.lastMoment(endMoment(effective.lastMoment, messages), effective.daysLeft)],
    [texts.limited, texts.limitedBy[effective.limitedBy]],
  ]
}

function credentialRows(survey: CardSurvey, texts: Messages['validity']): string[][] {
  const rows = credentialsOf(survey)
  if (rows.length === 0) return [[texts.noCredentials]]
  return rows.map(({ credential, channels, offered }) => [
    texts.credentials[credential.id],
    channels.length === 0 ? texts.noChannel : channels.map((channel) => texts.channels[channel]).join(', '),
    texts.offered[offered],
  ])
}
