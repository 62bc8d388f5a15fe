import { escapeMarkup } from './markup.ts'

/** One case of a JUnit report. */
export interface JunitCase {
  readonly name: string
  readonly status: 'passed' | 'failed' | 'skipped'
  /** Code and sentence of what failed or was skipped. */
  readonly type?: string | undefined
  readonly message?: string | undefined
  readonly durationMs: number
}

/** Cases that belong together. */
export interface JunitSuite {
  readonly name: string
  readonly cases: readonly JunitCase[]
}

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(3)

/** JUnit XML, as CI systems read it. */
export function junitXml(name: string, suites: readonly JunitSuite[], durationMs: number): string {
  const all = suites.flatMap(({ cases }) => cases)
  const head = `${counts(all)} time="${seconds(durationMs)}"`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${name}" ${head}>\n${suites.map(suiteOf).join('')}</testsuites>\n`
}

function suiteOf({ name, cases }: JunitSuite): string {
  const time = seconds(cases.reduce((sum, { durationMs }) => sum + durationMs, 0))
  const body = cases.map((one) => caseOf(name, one)).join('')
  return `  <testsuite name="${escapeMarkup(name)}" ${counts(cases)} time="${time}">\n${body}  </testsuite>\n`
}

function counts(cases: readonly JunitCase[]): string {
  const count = (status: string): number => cases.filter((one) => one.status === status).length
  return `tests="${cases.length}" failures="${count('failed')}" errors="0" skipped="${count('skipped')}"`
}

function caseOf(suite: string, { name, status, type = '', message = '', durationMs }: JunitCase): string {
  const open = `    <testcase classname="${escapeMarkup(suite)}" name="${escapeMarkup(name)}" time="${seconds(durationMs)}"`
  if (status === 'passed') return `${open} />\n`
  const text = escapeMarkup(message)
  if (status === 'skipped') return `${open}><skipped message="${text}" /></testcase>\n`
  return `${open}><failure type="${escapeMarkup(type)}" message="${text}" /></testcase>\n`
}
