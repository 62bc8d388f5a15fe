import type { Option } from '../arguments.ts'
import { usageError } from '../cli-error.ts'
import type { Context, Result } from '../context.ts'
import {
  birthDate as birthDateOption,
  capabilityOptions,
  reader as readerOption,
  sourceOptions,
  wait,
} from '../options.ts'
import { table } from '../output.ts'
import { withSession } from '../session.ts'
import { cardJson, cardText, type GivenFacts } from './card-report.ts'
import { surveyCard } from './card-survey.ts'
import { certificateFacts, certificateRows } from './certificate-facts.ts'
import { readCertificates } from './files.ts'
import { givenDay, givenInstant } from './options.ts'
import { profileRow } from './report.ts'

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
