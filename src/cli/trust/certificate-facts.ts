import type { Certificate } from '../../pki/index.ts'
import { jpkiProfileOf } from '../../pki/index.ts'
import {
  type CertificateValidity,
  certificateValidity,
  type ExplainInput,
  type Explanation,
  explainValidity,
  type ValidityFlag,
  validityTexts,
} from '../../validity/index.ts'
import { endMoment } from '../certificate-reading.ts'
import type { Messages } from '../messages/catalogue.ts'
import { dayInJapan } from '../output.ts'

/** Facts beyond a certificate, where known. */
export type KnownFacts = Partial<Pick<ExplainInput, 'birthDate' | 'issueDate' | 'cardExpiry' | 'authCertificateExpiry'>>

/** Validity of a certificate with its explanation, as for `--json`. */
export interface CertificateFacts extends CertificateValidity {
  /** Which rule set its last day; absent for one that is not a holder's certificate by the JPKI profile. */
  readonly explanation?: Explanation
}

/** Days the rules accept: a malicious certificate may have others. */
const plainDay = /^(?!0000)\d{4}-/

/** Validity of a certificate and the rule behind it. Its day of issue defaults to the day of notBefore. */
export function certificateFacts(certificate: Certificate, at: Date, known: KnownFacts = {}): CertificateFacts {
  const validity = certificateValidity(certificate, at)
  const found = jpkiProfileOf(certificate)
  const issueDate = known.issueDate ?? dayInJapan(certificate.notBefore)
  const expiry = validity.lastDayInJapan
  const use = found.ok ? found.profile.use : undefined
  if (use !== 'auth' && use !== 'sign') return validity
  if (expiry === null || !plainDay.test(issueDate) || !plainDay.test(expiry)) return validity
  return { ...validity, explanation: explainValidity({ ...known, kind: use, expiry, issueDate }) }
}

/** The same for people: state, last moment, renewal, rule, and what is uncertain about them. */
export function certificateRows(facts: CertificateFacts, messages: Messages): string[][] {
  const { validity: texts } = messages
  const { explanation } = facts
  const rows = [
    [texts.state, texts.states[facts.state]],
    [texts.until, texts.lastMoment(endMoment(facts.lastMoment, messages), facts.daysLeft)],
  ]
  if (explanation === undefined) return rows
  if (facts.renewableFrom !== null) rows.push([texts.renewal, texts.renewableFrom(facts.renewableFrom)])
  return [...rows, ...flagRows(facts.flags, messages), ...explanationRows(explanation, messages)]
}

/** Uncertainties, as notes. */
export function flagRows(flags: Iterable<ValidityFlag>, { language, validity: texts }: Messages): string[][] {
  return [...flags].map((flag) => ['', texts.note(validityTexts[language].flags[flag])])
}

/** Which rule set a day, its uncertainty, and the missing facts. */
export function explanationRows(explanation: Explanation, messages: Messages): string[][] {
  const { language, validity: texts } = messages
  const { rule, matches, exceeds, missing } = explanation
  const words = validityTexts[language]
  const unexplained = missing.length === 0 ? words.unexplained : words.undetermined
  // The only one of the facts that an option gives.
  const facts = missing.map((fact) => `${words.facts[fact]}${fact === 'birthDate' ? ' (--birth-date)' : ''}`)
  return [
    [texts.rule, rule === undefined ? unexplained : words.rules[rule.id]],
    ...flagRows(new Set(matches.flatMap((match) => match.flags)), messages),
    ...exceeds.map((end) => ['', texts.note(words.exceeds(end.day, words.rules[end.rule]))]),
    ...(facts.length === 0 ? [] : [['', texts.note(words.missing(facts))]]),
  ]
}
