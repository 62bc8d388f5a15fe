import { readFile } from 'node:fs/promises'
import type * as evaluation from '../../evaluate/index.ts'
import { CliError, usageError, withFile } from '../cli-error.ts'
import type { Command, Context } from '../context.ts'
import { type OptionName, type Options, optionForm } from '../options.ts'
import { momentInJapan, table } from '../output.ts'
import { writeReport } from '../report-file.ts'
import { writeServerSettings } from '../serve/prepare.ts'

type Evaluation = typeof evaluation

const load = (): Promise<Evaluation> => import('../../evaluate/index.ts')

/** `evaluate prepare DIR`: the throw-away PKI of an evaluation, and what to do with it. */
export const prepareEvaluationCommand: Command = async ({ operands, messages }) => {
  const { prepareEvaluation } = await load()
  const folder = operands[0]!
  const { anchors, lists, keys, validUntil } = await withFile('cannot-write', () => prepareEvaluation(folder))
  const settings = await withFile('cannot-write', () =>
    writeServerSettings(folder, {
      port: 8080,
      hierarchies: ['virtual'],
      purposes: ['evaluation-1', 'evaluation-2'],
      challengeSeconds: 5,
      audit: false,
      perAddress: false,
    }),
  )
  const { evaluate } = messages
  const rows = [
    [evaluate.anchors, anchors],
    [evaluate.lists, lists],
    [evaluate.keys, keys],
    [evaluate.settings, settings],
    [evaluate.until, momentInJapan(validUntil)],
  ]
  return { json: { anchors, lists, keys, settings, validUntil }, text: table(rows, ''), note: evaluate.next }
}

/** `evaluate URL`: every case against a server, and what it came to. */
export const evaluateCommand: Command = async (context) => {
  const { options, messages, io } = context
  const program = await load()
  const settings = await settingsOf(context, program)
  if (!options.has('json')) io.stderr.write(`${messages.evaluate.running}\n`)
  const report = await program.evaluate(settings)
  const language = messages.evaluate.language
  await writeReport(options, 'html', () => program.reportToHtml(report, language))
  await writeReport(options, 'junit', () => program.reportToJunit(report, language))
  const { counts } = report
  const short = counts.failed + (options.has('allow-not-run') ? 0 : counts['not-run'])
  return {
    json: program.reportToJson(report),
    text: textOf(report, program.reportTexts(language), language),
    refused: short === 0 ? undefined : new CliError('ERR_EVALUATION', 'not-all-passed', String(short)),
  }
}

async function settingsOf(
  { options, operands, io }: Context,
  { parseTerminals, evaluationCases, readEvaluationPki }: Evaluation,
): Promise<evaluation.EvaluateOptions> {
  const url = operands[0]!
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw usageError('bad-value', 'URL')
  const only = options.all('only')
  if (only.some((id) => !evaluationCases.some((one) => one.id === id)))
    throw usageError('bad-value', optionForm('only'))
  const purposes = options.all('purpose')
  if (purposes.length > 2 || new Set(purposes).size !== purposes.length) {
    throw usageError('bad-value', optionForm('purpose'))
  }
  const [purpose, otherPurpose = `${purpose === 'evaluation-2' ? 'evaluation-1' : 'evaluation-2'}`] = purposes
  const file = options.get('terminals')
  return {
    url,
    pki: await withFile('cannot-read', () => readEvaluationPki(options.get('pki')!)),
    signal: io.signal,
    ...(options.has('origin') && { origin: options.get('origin') }),
    ...(only.length > 0 && { only }),
    ...(purpose !== undefined && { purposes: [purpose, otherPurpose] as const }),
    ...(file !== undefined && { terminals: await readTerminals(file, parseTerminals) }),
    ...milliseconds(options, 'timeout', 'timeoutMs'),
    ...milliseconds(options, 'max-wait', 'maxWaitMs'),
  }
}

async function readTerminals(
  file: string,
  parse: Evaluation['parseTerminals'],
): Promise<ReturnType<Evaluation['parseTerminals']>> {
  const text = await withFile('cannot-read', () => readFile(file, 'utf8'))
  try {
    return parse(text)
  } catch {
    throw usageError('bad-value', optionForm('terminals'))
  }
}

function milliseconds<Name extends string>(
  options: Options,
  option: OptionName,
  name: Name,
): Partial<Record<Name, number>> {
  const seconds = options.get(option)
  return seconds === undefined ? {} : ({ [name]: Number(seconds) * 1000 } as Partial<Record<Name, number>>)
}

function textOf(
  { outcomes, counts }: evaluation.EvaluationReport,
  texts: evaluation.ReportTexts,
  language: evaluation.Language,
): string {
  const rows = outcomes.map(({ case: one, result, reason, came }) => [
    texts.results[result],
    one.id,
    one.title[language],
    came,
    ...(result === 'passed' ? [] : [texts.reasons[reason]]),
  ])
  const sums = (['passed', 'warned', 'failed', 'not-run'] as const).map((result) => [
    texts.results[result],
    String(counts[result]),
  ])
  return `${table(rows, '')}\n${table(sums, '')}`
}
