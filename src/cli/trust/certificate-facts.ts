import type { Certificate } from '../../pki/index.ts'
import { jpkiProfileOf } from '../../pki/index.ts'
import {
  type CertificateValidity,
  certificateValidity,
  type ExplainInput,
  type Explanation,
  explainValidity,
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
  return [
    [texts.state, texts.states[facts.state]],
    [texts.until, texts.lastMoment(endMoment(facts.lastMoment, messages), facts.daysLeft)],
    ...(explanation === undefined || facts.renewableFrom === null
      ? []
      : [[texts.renewal, texts.renewableFrom(facts.renewableFrom)]]),
    ...(explanation === undefined ? [] : facts.flags.map((flag) => ['', texts.note(texts.flags[flag])])),
    ...(explanation === undefined ? [] : explanationRows(explanation, texts)),
  ]
}

/** Which rule set a day, its uncertainty, and the missing facts. */
export function explanationRows(explanation: Explanation, texts: Messages['validity']): string[][] {
  const { rule, matches, exceeds, missing } = explanation
  const flags = new Set(matches.flatMap((match) => match.flags))
  const facts = missing.map((fact) => texts.facts[fact])
  const unexplained = facts.length === 0 ? texts.unexplained : texts.undetermined
  return [
    [texts.rule, rule === undefined ? unexplained : texts.rules[rule.id]],
    ...[...flags].map((flag) => ['', texts.note(texts.flags[flag])]),
    ...exceeds.map((end) => ['', texts.note(texts.exceeds(end.day, texts.rules[end.rule]))]),
    ...(facts.length === 0 ? [] : [['', texts.note(texts.missing(facts))]]),
  ]
}
