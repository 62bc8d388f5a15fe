import { usageError } from '../cli-error.ts'
import type { Command, Context, Result } from '../context.ts'
import { capabilityOptions, type OptionName, sourceOptions } from '../options.ts'
import { table } from '../output.ts'
import { withSession } from '../session.ts'
import { cardJson, cardText, type GivenFacts } from '../trust/card-report.ts'
import { surveyCard } from '../trust/card-survey.ts'
import { certificateFacts, certificateRows } from '../trust/certificate-facts.ts'
import { readCertificates } from '../trust/files.ts'
import { givenDay, givenInstant } from '../trust/options.ts'
import { profileRow } from '../trust/report.ts'

const ofSessions: readonly OptionName[] = ['reader', 'wait', ...capabilityOptions, ...sourceOptions]

/** `validity [CERT]`: until when a certificate of a file, or a card and its certificates, hold, and by which rule. */
export const validityCommand: Command = async (context) => {
  const { options, operands, messages } = context
  const birthDate = givenDay(options, 'birth-date')
  const issueDate = givenDay(options, 'issue-date')
  const given = { ...(birthDate !== undefined && { birthDate }), ...(issueDate !== undefined && { issueDate }) }
  const at = givenInstant(options)
  const [file] = operands
  if (file !== undefined) return ofFile(context, file, { at, ...given })
  const { value, reader, exchanges, clearedBy } = await withSession(context, surveyCard)
  return {
    json: { reader, ...cardJson(value, { at, ...given }), exchanges, clearedBy },
    text: cardText(messages, reader, value, { at, ...given }),
  }
}

async function ofFile(context: Context, file: string, { at, ...known }: GivenFacts): Promise<Result> {
  const { options, messages, recording, replay } = context
  if ((recording !== undefined && !recording.isTrace) || replay !== undefined) throw usageError('not-recordable')
  const stray = ofSessions.find((name) => options.has(name))
  if (stray !== undefined) throw usageError('not-with-file', `--${stray}`)
  const [certificate] = await readCertificates(file, 'CERT')
  const facts = certificateFacts(certificate!, at, known)
  return {
    json: { at, validity: facts },
    text: table([profileRow(certificate!, messages), ...certificateRows(facts, messages)], ''),
  }
}
