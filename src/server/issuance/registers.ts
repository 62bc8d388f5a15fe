import { RefusalError } from '../../errors.ts'
import type { CaseStore } from '../stores/store.ts'
import { type CaseRecord, registerKey } from './case-record.ts'
import type { DeskSettings } from './options.ts'
import {
  type Register,
  type RegisterAnswer,
  type RegisterQuestion,
  type SuppressionReason,
  suppressionReasons,
} from './ports.ts'

/** How far `asOf` may be in the future: clocks differ. Milliseconds. */
const clockSkewMs = 60_000

/** Whether a text may mark a subject: 1 to 128 visible ASCII characters. */
export function isSubject(text: unknown): text is string {
  return typeof text === 'string' && /^[\x21-\x7e]{1,128}$/.test(text)
}

/**
 * Asks all registers about all documents of a case.
 *
 * @returns the marker of the person.
 * @throws RefusalError `ERR_NOT_ISSUABLE`; `ERR_REGISTER` with the reason `unavailable`, `malformed`, `stale`, `gap`,
 *   `went-back` or `register-contradiction`; `ERR_STORE_UNAVAILABLE`.
 */
export async function askRegisters(record: CaseRecord, settings: DeskSettings, signal: AbortSignal): Promise<string> {
  const { registers, clock, store } = settings
  const { id, holder, serialNumber, terminal, purpose, documents } = record
  // Before they are asked: another case may have seen a later change while an answer was on its way.
  const seen = new Map<Register, number>()
  for (const register of registers) {
    seen.set(register, Number((await store.read(registerKey(register.name))) ?? 0))
  }
  const asked = documents.flatMap(({ document }) => registers.map((register) => ({ register, document })))
  const answers = await Promise.all(
    asked.map(async ({ register, document }) => {
      const at = clock.now()
      const question = { case: id, holder, serialNumber, terminal, purpose, document, at }
      return { register, document, answer: await answerOf(register, question, signal) }
    }),
  )
  for (const { register, answer } of answers) requireCurrent(register, answer, seen.get(register)!, settings)
  const subjects = new Set(answers.map(({ answer }) => answer.subject))
  const differ = documents.some(({ document }) => {
    const verdicts = answers.filter((one) => one.document === document).map(({ answer }) => answer.suppressed)
    return new Set(verdicts.map((suppressed) => suppressed === undefined)).size > 1
  })
  if (subjects.size > 1 || differ) {
    throw refused('register-contradiction', 'the registers contradict each other')
  }
  const suppressed = answers.find(({ answer }) => answer.suppressed !== undefined)?.answer.suppressed
  if (suppressed !== undefined) {
    throw new RefusalError('ERR_NOT_ISSUABLE', 'the document may not be issued here', { reason: suppressed })
  }
  await Promise.all(answers.map(({ register, answer }) => keepSequence(register, answer, store)))
  return answers[0]!.answer.subject
}

async function answerOf(register: Register, question: RegisterQuestion, signal: AbortSignal): Promise<RegisterAnswer> {
  let answer: unknown
  try {
    answer = await register.lookup(question, { signal })
  } catch (cause) {
    if (cause instanceof RefusalError && cause.code === 'ERR_REGISTER') throw cause
    throw refused('unavailable', `the register ${register.name} does not answer`, cause)
  }
  if (!isAnswer(answer)) throw refused('malformed', `malformed answer of the register ${register.name}`)
  return answer
}

function isAnswer(value: unknown): value is RegisterAnswer {
  if (typeof value !== 'object' || value === null) return false
  const { subject, suppressed, asOf, sequence, missing = 0 } = value as Partial<RegisterAnswer>
  if (suppressed !== undefined && !isSuppression(suppressed)) return false
  return isSubject(subject) && isCount(sequence) && isCount(missing) && Number.isSafeInteger(asOf)
}

/** Whether a value is an integer from 0. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

/** Whether a value is one of {@link suppressionReasons}. */
export function isSuppression(value: unknown): value is SuppressionReason {
  return suppressionReasons.some((known) => known === value)
}

/** @param seen - the highest sequence seen before the question. */
function requireCurrent(register: Register, answer: RegisterAnswer, seen: number, settings: DeskSettings): void {
  const { clock, registerMaxAgeMs } = settings
  const { asOf, sequence, missing = 0 } = answer
  const now = clock.now()
  if (asOf < now - registerMaxAgeMs) throw refused('stale', `the register ${register.name} is out of date`)
  if (asOf > now + clockSkewMs) throw refused('malformed', `the register ${register.name} is of the future`)
  if (missing > 0) throw refused('gap', `changes are missing in the register ${register.name}`)
  if (sequence < seen) throw refused('went-back', `the register ${register.name} is older than it was`)
}

/** Keeps the highest sequence seen, for all instances. */
async function keepSequence({ name }: Register, { sequence }: RegisterAnswer, store: CaseStore): Promise<void> {
  const key = registerKey(name)
  for (let round = 0; round < 10; round++) {
    const expected = await store.read(key)
    if (expected !== undefined && Number(expected) >= sequence) return
    if (await store.compareAndSet([{ key, expected, next: String(sequence) }])) return
  }
}

function refused(reason: string, message: string, cause?: unknown): RefusalError {
  return new RefusalError('ERR_REGISTER', message, { reason, cause })
}
