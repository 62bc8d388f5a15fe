import type { CardKind } from '../../identify/index.ts'
import { messageFor } from '../../messages/index.ts'
import { isCode } from '../../outcomes.ts'
import type { ReportLanguage } from '../../report/index.ts'
import type { FailureReason, SkipReason } from '../smoke/finding.ts'
import type { SmokeReport, SmokeStepReport } from '../smoke/report.ts'
import { smokeEn } from './smoke-en.ts'
import { smokeJa } from './smoke-ja.ts'
import type { SmokeTable } from './smoke-table.ts'

/** Texts of a language, with functions for reasons and facts. */
export interface SmokeTexts extends SmokeTable {
  /** A reason as a sentence. */
  readonly reasonOf: (reason: FailureReason | SkipReason) => string
  /** Facts of a step, and why it did not pass. */
  readonly findingOf: (step: SmokeStepReport) => string
}

const tables: Readonly<Record<ReportLanguage, SmokeTable>> = { en: smokeEn, ja: smokeJa }

/** The facts of the machine in rows: name and version; unknown ones are omitted. */
export function machineRows(
  { machine }: SmokeReport,
  { machine: labels }: SmokeTexts,
): readonly (readonly [string, string])[] {
  if (machine === undefined) return []
  const names = Object.keys(labels) as (keyof typeof labels)[]
  return names.flatMap((name) => (machine[name] === undefined ? [] : [[labels[name], machine[name]] as const]))
}

/** Texts of the reports of smoke tests. */
export function smokeTexts(language: ReportLanguage): SmokeTexts {
  const table = tables[language]
  const reasonOf = (reason: FailureReason | SkipReason): string =>
    isCode(reason)
      ? messageFor(reason, { audience: 'operator', language }).title
      : { ...table.skips, ...table.failures }[reason]
  return { ...table, reasonOf, findingOf: (step) => findingOf(step, table, reasonOf) }
}

function findingOf(
  { reason, facts, runs, status }: SmokeStepReport,
  table: SmokeTable,
  reasonOf: SmokeTexts['reasonOf'],
): string {
  const bad = runs.filter((run) => run.status === 'failed').length
  const { kind, token, state, triesLeft, triesMax, lastYear, holdsAuth, holdsSign, check } = facts
  const parts = [
    reason && (status === 'failed' ? `${reasonOf(reason)} (${reason})` : reasonOf(reason)),
    bad > 0 && bad < runs.length && table.someRuns(bad, runs.length),
    kind && table.kinds[kind as CardKind],
    token,
    triesLeft !== undefined && triesMax !== undefined ? table.tries(triesLeft, triesMax) : state && table.states[state],
    lastYear && table.until(lastYear),
    holdsAuth !== undefined && holdsSign !== undefined && table.holds(holdsAuth, holdsSign),
    check && table.check(check),
    facts.hierarchy && table.states[facts.hierarchy],
    facts.algorithm,
    facts.clearedBy && table.states[facts.clearedBy],
  ]
  return parts.filter((part) => typeof part === 'string' && part !== '').join(table.separator)
}
