import {
  type EvaluateOptions,
  type EvaluationReport,
  evaluate,
  evaluationCases,
  type Language,
  parseTerminals,
  prepareEvaluation,
  type ReportTexts,
  readEvaluationPki,
  reportTexts,
  reportToHtml,
  reportToJson,
  reportToJunit,
} from '../../server-test/index.ts'
import { readText, writeReport } from '../bounded-file.ts'
import { CliError, usageError, withFile } from '../cli-error.ts'
import type { Command, Context } from '../context.ts'
import { optionForm } from '../options.ts'
import { momentInJapan, table } from '../output.ts'
import { writeServerSettings } from '../serve/prepare.ts'

/** `evaluate prepare DIR`: the throw-away PKI of an evaluation, and what to do with it. */
export const prepareEvaluationCommand: Command = async ({ operands, messages }) => {
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
  const { evaluate: texts } = messages
  const rows = [
    [texts.anchors, anchors],
    [texts.lists, lists],
    [texts.keys, keys],
    [texts.settings, settings],
    [texts.until, momentInJapan(validUntil)],
  ]
  return { json: { anchors, lists, keys, settings, validUntil }, text: table(rows, ''), note: texts.next }
}

/** `evaluate URL`: every case against a server, and what it came to. */
export const evaluateCommand: Command = async (context) => {
  const { options, messages, io } = context
  const settings = await settingsOf(context)
  if (!options.has('json')) io.stderr.write(`${messages.evaluate.running}\n`)
  const report = await evaluate(settings)
  const { language } = messages
  await writeReport(options, 'html', () => reportToHtml(report, language))
  await writeReport(options, 'junit', () => reportToJunit(report, language))
  const { counts } = report
  const short = counts.failed + (options.has('allow-not-run') ? 0 : counts['not-run'])
  return {
    json: reportToJson(report),
    text: textOf(report, reportTexts(language), language),
    refused: short === 0 ? undefined : new CliError('ERR_EVALUATION', 'not-all-passed', String(short)),
  }
}

async function settingsOf({ options, operands, io }: Context): Promise<EvaluateOptions> {
  const url = operands[0]!
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw usageError('bad-value', 'URL')
  const only = options.all('only')
  if (only.some((id) => !evaluationCases.some((one) => one.id === id)))
    throw usageError('bad-value', optionForm('only'))
  const purposes = options.all('purpose')
  if (purposes.length > 2 || new Set(purposes).size !== purposes.length) {
    throw usageError('bad-value', optionForm('purpose'))
  }
  const [purpose, otherPurpose = purpose === 'evaluation-2' ? 'evaluation-1' : 'evaluation-2'] = purposes
  return {
    url,
    terminals: await readTerminals(options.get('terminals')),
    pki: await withFile('cannot-read', () => readEvaluationPki(options.get('pki')!)),
    signal: io.signal,
    origin: options.get('origin'),
    only: only.length === 0 ? undefined : only,
    purposes: purpose === undefined ? undefined : [purpose, otherPurpose],
    timeoutMs: milliseconds(options.get('timeout')),
    maxWaitMs: milliseconds(options.get('max-wait')),
  }
}

async function readTerminals(file: string | undefined): Promise<EvaluateOptions['terminals']> {
  if (file === undefined) return undefined
  const text = await readText(file)
  try {
    return parseTerminals(text)
  } catch {
    throw usageError('bad-value', optionForm('terminals'))
  }
}

function milliseconds(seconds: string | undefined): number | undefined {
  return seconds === undefined ? undefined : Number(seconds) * 1000
}

function textOf({ outcomes, counts }: EvaluationReport, texts: ReportTexts, language: Language): string {
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
