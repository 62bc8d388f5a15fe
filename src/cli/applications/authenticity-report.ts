import { type AuthenticityCheck, type AuthenticityReport, type CvcRoot, keyIdText } from '../../card-face/index.ts'
import { CliError } from '../cli-error.ts'
import type { Result } from '../context.ts'
import type { Messages } from '../messages/catalogue.ts'
import { table } from '../output.ts'
import { isKnownRoot, type TrustedRoots } from './roots.ts'

/** Reasons that are not reported: the check was not requested. */
const silent: ReadonlySet<string | undefined> = new Set(['not-asked', 'nothing-to-compare'])

/** A report on one application, for `--json` and for people; refused when the card is not authentic. */
export function authenticityResult(
  { ok, checks, failure, issuers, unproved }: AuthenticityReport,
  application: 'text' | 'visual',
  { roots }: TrustedRoots,
  messages: Messages,
): Result {
  const { authenticity: texts } = messages.applicationTexts
  const issuer = issuers[application]
  const ownRoots = roots.filter((root) => root.application === undefined || root.application === application)
  const checked = checks.filter(({ reason }) => !silent.has(reason)).map((check) => checkRow(check, messages))
  const facts = [
    [texts.verdict, ok ? texts.authentic : texts.notAuthentic],
    ...(issuer === undefined ? [] : [[texts.issuer, texts.under(issuer.key, issuer.root)]]),
    ...ownRoots.map((root) => [texts.root, rootText(root, messages)]),
    ...unproved.map((what) => [texts.unprovedHeading, texts.unproved[what]]),
  ]
  return {
    json: { authentic: ok, checks, issuers, unproved, roots: ownRoots.map(rootJson) },
    text: `${table(checked, '')}\n${table(facts, '')}`,
    alarms: [messages.verify.results.failed, texts.notAuthentic],
    refused: failure && notAuthentic(failure),
  }
}

function checkRow({ check, of, result, reason, message }: AuthenticityCheck, messages: Messages): string[] {
  const { authenticity: texts } = messages.applicationTexts
  const why = reason === undefined ? [] : [texts.reasons[reason], ...(message === undefined ? [] : [`(${message})`])]
  return [`${texts.checks[check]}: ${texts.subjects[of]}`, messages.verify.results[result], why.join(' ')]
}

function rootText(root: CvcRoot, { applicationTexts, verify }: Messages): string {
  const { notPublished } = applicationTexts.authenticity
  const parts = [keyIdText(root.keyId), verify.hierarchies[root.hierarchy]]
  return [...parts, ...(isKnownRoot(root) ? [notPublished(root.sources.join(', '))] : [])].join(', ')
}

function rootJson(root: CvcRoot): Readonly<Record<string, unknown>> {
  const { keyId, hierarchy, application } = root
  const known = isKnownRoot(root) ? { officiallyPublished: root.officiallyPublished, sources: root.sources } : {}
  return { key: keyIdText(keyId), hierarchy, application, ...known }
}

function notAuthentic({ check, of, reason }: AuthenticityCheck): CliError {
  return new CliError('ERR_AUTHENTICITY', 'not-authentic', `${check}, ${of}: ${reason}`)
}
