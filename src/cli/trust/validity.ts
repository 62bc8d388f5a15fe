import { findCredentials } from '../../credentials/index.ts'
import type { Certificate } from '../../pki/index.ts'
import {
  type CalendarDay,
  type CardExpiry,
  cardValidity,
  type EffectiveValidity,
  type Explanation,
  effectiveValidity,
  explainValidity,
} from '../../validity/index.ts'
import type { Option } from '../arguments.ts'
import { type CertificateReading, endMoment } from '../certificate-reading.ts'
import { usageError } from '../cli-error.ts'
import type { Context, Result } from '../context.ts'
import type { Messages } from '../messages/catalogue.ts'
import {
  birthDate as birthDateOption,
  capabilityOptions,
  reader as readerOption,
  sourceOptions,
  wait,
} from '../options.ts'
import { momentInJapan, table } from '../output.ts'
import { withSession } from '../session.ts'
import { type CardSurvey, surveyCard } from './card-survey.ts'
import { certificateFacts, certificateRows, explanationRows, flagRows } from './certificate-facts.ts'
import { readCertificates } from './files.ts'
import { givenDay, givenInstant } from './options.ts'
import { profileRow } from './report.ts'

/** Time of evaluation, and known facts about the holder. */
interface GivenFacts {
  readonly at: Date
  readonly birthDate?: CalendarDay
  /** Of the card, or of the one certificate asked about. */
  readonly issueDate?: CalendarDay
}

/** All validity data of a card, for `--json`. */
function cardJson(survey: CardSurvey, given: GivenFacts): Readonly<Record<string, unknown>> {
  const { identification, auth, sign, expiry } = survey
  const { kind, token } = identification
  return {
    card: { kind, ...(token !== undefined && { token }) },
    at: given.at,
    certificates: [certificateJson('auth', auth, survey, given), certificateJson('sign', sign, survey, given)],
    cardExpiry: expiry.readable ? cardFacts(expiry.end, given) : expiry,
    effective: effectiveJson(survey, given),
    credentials: credentialsOf(survey).map(({ credential, channels, offered, use, source, confidence }) => {
      const { id, name, application, pinManagedBy, validity } = credential
      return { id, name, application, pinManagedBy, validity, channels, offered, use, source, confidence }
    }),
  }
}

function certificateJson(id: 'auth' | 'sign', reading: CertificateReading, survey: CardSurvey, given: GivenFacts) {
  if (!reading.readable) return { id, ...reading }
  return { id, readable: true, validity: factsOn(survey, reading.certificate, given) }
}

/** A certificate with facts from its card and the other certificate. */
function factsOn({ auth, expiry }: CardSurvey, certificate: Certificate, { at, birthDate }: GivenFacts) {
  const beside = auth.readable && auth.certificate !== certificate ? certificateFacts(auth.certificate, at) : undefined
  return certificateFacts(certificate, at, {
    ...(birthDate !== undefined && { birthDate }),
    ...(expiry.readable && { cardExpiry: expiry.end.expiry }),
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
  if (!auth.readable || !expiry.readable) return undefined
  return effectiveValidity({ certificate: auth.certificate, card: expiry.end }, at)
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
function cardText(messages: Messages, reader: string, survey: CardSurvey, given: GivenFacts): string {
  const { headings, kinds, validity: texts, certificates } = messages
  const head = [
    [headings.reader, reader],
    [headings.card, kinds[survey.identification.kind]],
  ]
  const section = (heading: string, rows: readonly (readonly string[])[]): string => `${heading}\n${table(rows)}`
  const certificateRowsOf = (reading: CertificateReading): string[][] =>
    reading.readable
      ? certificateRows(factsOn(survey, reading.certificate, given), messages)
      : [[messages.unreadable[reading.reason]]]
  return [
    table(head, ''),
    section(certificates.auth, certificateRowsOf(survey.auth)),
    section(certificates.sign, certificateRowsOf(survey.sign)),
    section(headings.card, cardRows(survey, given, messages)),
    section(texts.both, effectiveRows(survey, given, messages)),
    section(texts.credentialsHeading, credentialRows(survey, texts)),
  ].join('\n')
}

function cardRows({ expiry }: CardSurvey, given: GivenFacts, messages: Messages): string[][] {
  const { validity: texts } = messages
  if (!expiry.readable) return [[texts.noCardExpiry[expiry.reason]]]
  const { state, lastMoment, daysLeft, source, flags, explanation } = cardFacts(expiry.end, given)
  return [
    [texts.state, texts.states[state]],
    [texts.until, texts.lastMoment(momentInJapan(lastMoment), daysLeft)],
    ...flagRows(flags, messages),
    [texts.source, texts.sources[source]],
    ...(explanation === undefined ? [[texts.rule, texts.needsIssueDate]] : explanationRows(explanation, messages)),
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

const ofSessions: readonly Option[] = [readerOption, wait, ...capabilityOptions, ...sourceOptions]

/** `validity [CERT]`: validity of a certificate file, or of a card and its certificates, and the rule behind it. */
export async function validity(context: Context, issueDateOption: Option): Promise<Result> {
  const { options, operands, messages } = context
  const birthDate = givenDay(options, birthDateOption)
  const issueDate = givenDay(options, issueDateOption)
  const given = { ...(birthDate !== undefined && { birthDate }), ...(issueDate !== undefined && { issueDate }) }
  const at = givenInstant(options)
  const [file] = operands
  if (file !== undefined) return ofFile(context, file, { at, ...given })
  const { value, reader } = await withSession(context, surveyCard)
  return {
    json: cardJson(value, { at, ...given }),
    text: cardText(messages, reader, value, { at, ...given }),
  }
}

async function ofFile(context: Context, file: string, { at, ...known }: GivenFacts): Promise<Result> {
  const { options, messages, recording, replay } = context
  if ((recording !== undefined && !recording.isTrace) || replay !== undefined) throw usageError('not-recordable')
  const stray = ofSessions.find((option) => options.has(option))
  if (stray !== undefined) throw usageError('not-with-file', `--${stray.name}`)
  const [certificate] = await readCertificates(file, 'CERT')
  const facts = certificateFacts(certificate!, at, known)
  return {
    json: { at, validity: facts },
    text: table([profileRow(certificate!, messages), ...certificateRows(facts, messages)], ''),
  }
}
