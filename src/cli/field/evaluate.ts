import {
  type EvaluateOptions,
  type EvaluationReport,
  evaluate,
  evaluationCases,
  type Language,
  parseTerminals,
  type ReportTexts,
  readEvaluationPki,
  reportTexts,
  reportToHtml,
  reportToJson,
  reportToJunit,
} from '../../server-test/index.ts'
import { readText, writeReport } from '../bounded-file.ts'
import { CliError, usageError, withFile } from '../cli-error.ts'
import type { Context, Result } from '../context.ts'
import { html, json, junit, origin, timeout } from '../options.ts'
import { table } from '../output.ts'

/** Values of the options specific to `evaluate`. */
export interface EvaluateSettings {
  /** Folder that `evaluate prepare` wrote. */
  readonly pki: string
  readonly only: readonly string[]
  readonly purposes: readonly string[]
  /** File that names the terminals. */
  readonly terminals: string | undefined
  /** Seconds. */
  readonly maxWait: string | undefined
  readonly allowNotRun: boolean
}

/** `evaluate URL`: every case against a server, and the result of each. */
export async function evaluateServer(context: Context, own: EvaluateSettings): Promise<Result> {
  const { options, messages, io } = context
  const settings = await settingsOf(context, own)
  if (!options.has(json)) io.stderr.write(`${messages.evaluate.running}\n`)
  const report = await evaluate(settings)
  const { language } = messages
  await writeReport(options.get(html), () => reportToHtml(report, language))
  await writeReport(options.get(junit), () => reportToJunit(report, language))
  const { counts } = report
  const short = counts.failed + (own.allowNotRun ? 0 : counts['not-run'])
  return {
    json: reportToJson(report),
    text: textOf(report, reportTexts(language), language),
    alarms: [reportTexts(language).results.failed],
    refused: short === 0 ? undefined : new CliError('ERR_EVALUATION', 'not-all-passed', String(short)),
  }
}

async function settingsOf(
  { options, operands, io }: Context,
  { pki, only, purposes, terminals, maxWait }: EvaluateSettings,
): Promise<EvaluateOptions> {
  const url = operands[0]!
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw usageError('bad-value', 'URL')
  if (only.some((id) => !evaluationCases.some((one) => one.id === id))) throw usageError('bad-value', '--only ID')
  if (purposes.length > 2 || new Set(purposes).size !== purposes.length) {
    throw usageError('bad-value', '--purpose NAME')
  }
  const [purpose, otherPurpose = purpose === 'evaluation-2' ? 'evaluation-1' : 'evaluation-2'] = purposes
  return {
    url,
    terminals: await readTerminals(terminals),
    pki: await withFile('cannot-read', () => readEvaluationPki(pki)),
    signal: io.signal,
    origin: options.get(origin),
    only: only.length === 0 ? undefined : only,
    purposes: purpose === undefined ? undefined : [purpose, otherPurpose],
    timeoutMs: milliseconds(options.get(timeout)),
    maxWaitMs: milliseconds(maxWait),
  }
}

async function readTerminals(file: string | undefined): Promise<EvaluateOptions['terminals']> {
  if (file === undefined) return undefined
  const text = await readText(file)
  try {
    return parseTerminals(text)
  } catch {
    throw usageError('bad-value', '--terminals FILE')
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
