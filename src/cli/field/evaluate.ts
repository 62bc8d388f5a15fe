import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isBearerToken } from '../../http-client.ts'
import {
  type CaseDescription,
  type ControlCommands,
  type EvaluateIssuanceOptions,
  type EvaluateOptions,
  type EvaluationReport,
  evaluate,
  evaluateIssuance,
  evaluationCases,
  issuanceCases,
  type Language,
  parseControl,
  parseTerminals,
  type ReportTexts,
  readEvaluationPki,
  reportTexts,
  reportToHtml,
  reportToJson,
  reportToJunit,
  type TownAddress,
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

/** Values of the options specific to `evaluate issuance`. */
export interface IssuanceSettings extends EvaluateSettings {
  /** Host and port. */
  readonly town: string
  readonly clerkTokenFile: string | undefined
  readonly second: string | undefined
  readonly control: string | undefined
  readonly document: string | undefined
  readonly cases: string | undefined
}

/** `evaluate URL`: every case against a server, and the result of each. */
export async function evaluateServer(context: Context, own: EvaluateSettings): Promise<Result> {
  const { messages, io } = context
  const settings = await settingsOf(context, own, evaluationCases)
  if (!context.options.has(json)) io.stderr.write(`${messages.evaluate.running}\n`)
  return resultOf(context, own, await evaluate(settings))
}

/** `evaluate issuance URL`: every case about issuing documents. */
export async function evaluateIssuingServer(context: Context, own: IssuanceSettings): Promise<Result> {
  const { messages, io } = context
  const { second, control, document, cases } = own
  if (second !== undefined && !isAddress(second)) throw usageError('bad-value', '--second URL')
  const settings: EvaluateIssuanceOptions = {
    ...(await settingsOf(context, own, issuanceCases)),
    town: townOf(own.town),
    clerk: await clerkOf(own),
    second,
    control: await readControl(control),
    document,
    cases: cases === undefined ? undefined : countOf(cases),
  }
  if (!context.options.has(json)) io.stderr.write(`${messages.evaluate.issuing}\n`)
  try {
    return await resultOf(context, own, await evaluateIssuance(settings))
  } catch (error) {
    const { syscall } = error as { readonly syscall?: unknown }
    if (syscall === 'listen' || syscall === 'getaddrinfo') throw usageError('bad-value', '--town HOST:PORT')
    throw error
  }
}

async function resultOf(
  { options, messages: { language } }: Context,
  { allowNotRun }: EvaluateSettings,
  report: EvaluationReport,
): Promise<Result> {
  await writeReport(options.get(html), () => reportToHtml(report, language))
  await writeReport(options.get(junit), () => reportToJunit(report, language))
  const { counts } = report
  const short = counts.failed + (allowNotRun ? 0 : counts['not-run'])
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
  cases: readonly CaseDescription[],
): Promise<EvaluateOptions> {
  const url = operands[0]!
  if (!isAddress(url)) throw usageError('bad-value', 'URL')
  if (only.some((id) => !cases.some((one) => one.id === id))) throw usageError('bad-value', '--only ID')
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

function isAddress(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
}

function townOf(address: string): TownAddress {
  const [, host, port] = /^\[?(.+?)\]?:(\d+)$/.exec(address)!
  if (Number(port) > 65_535) throw usageError('bad-value', '--town HOST:PORT')
  return { host, port: Number(port) }
}

function countOf(cases: string): number {
  if (Number(cases) < 20) throw usageError('bad-value', '--cases N')
  return Number(cases)
}

/** Headers of the clerk: from the file that is named, or that `evaluate prepare` wrote, where it did. */
async function clerkOf({ pki, clerkTokenFile }: IssuanceSettings): Promise<EvaluateIssuanceOptions['clerk']> {
  const written = join(pki, 'clerk.token')
  if (clerkTokenFile === undefined && !existsSync(written)) return undefined
  const token = (await readText(clerkTokenFile ?? written)).trim()
  if (!isBearerToken(token)) throw usageError('bad-value', '--clerk-token-file FILE')
  return { authorization: `Bearer ${token}` }
}

async function readControl(file: string | undefined): Promise<ControlCommands | undefined> {
  if (file === undefined) return undefined
  const text = await readText(file)
  try {
    return parseControl(text)
  } catch {
    throw usageError('bad-value', '--control FILE')
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
