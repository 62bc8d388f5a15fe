import { StatusWordError } from '../../errors.ts'
import { readCardExpiry } from '../../identify/index.ts'
import { type CertificateKind, certificateKinds, type JpkiKey } from '../../jpki/index.ts'
import type { Certificate } from '../../pki/index.ts'
import { inspectCertificate, jpkiAnchors } from '../../pki/index.ts'
import { cardValidity, certificateValidity, parseCardDate } from '../../validity/index.ts'
import { isComplete, type SmokeContext, type SmokeStep } from './context.ts'
import { type Finding, failed, passed, skipped } from './finding.ts'

/** The certificates readable without a PIN. That of the signature key needs its password, and is retried after it. */
export const certificateSteps: readonly SmokeStep[] = certificateKinds.filter((kind) => kind !== 'sign').map(reading)

/** Chain and dates of the holder's certificate of a key. */
export function trustSteps(key: JpkiKey): readonly SmokeStep[] {
  return [
    { id: `chain-${key}`, run: (context) => withCertificate(context, key, (found) => chain(context, key, found)) },
    { id: `validity-${key}`, run: (context) => withCertificate(context, key, async (found) => dates(context, found)) },
  ]
}

/** The certificate of the signature key. */
export const signCertificateStep: SmokeStep = reading('sign')

/** The last day of the card, from its common record. */
export const cardValidityStep: SmokeStep = {
  id: 'validity-card',
  async run(context) {
    const { session, at } = context
    const field = await readCardExpiry(session)
    if (field === undefined) return isComplete(context) ? failed('ERR_FILE_NOT_FOUND') : skipped('not-on-this-card')
    const { state, lastDayInJapan } = cardValidity({ expiry: parseCardDate(field), source: 'common-record' }, at)
    const facts = { state, lastYear: yearOf(lastDayInJapan) }
    return state === 'expired' ? failed('card-expired', facts) : passed(facts)
  },
}

function reading(kind: CertificateKind): SmokeStep {
  return { id: `certificate-${kind}`, run: (context) => withCertificate(context, kind, async () => passed()) }
}

/** Runs `body` with a certificate, read from the card or cached in this round. */
async function withCertificate(
  { jpki }: SmokeContext,
  kind: CertificateKind,
  body: (certificate: Certificate) => Promise<Finding>,
): Promise<Finding> {
  if (jpki === undefined) return skipped('no-application')
  let certificate: Certificate
  try {
    certificate = await jpki.readCertificate(kind)
  } catch (error) {
    if (error instanceof StatusWordError && error.code === 'ERR_SECURITY_STATUS') return skipped('pin-required')
    throw error
  }
  return body(certificate)
}

/** The path by RFC 5280 and the JPKI profile; revocation is not looked up here. */
async function chain(context: SmokeContext, use: JpkiKey, certificate: Certificate): Promise<Finding> {
  const { at, hierarchies, jpki } = context
  const anchors = context.anchors ?? jpkiAnchors([await jpki!.readCertificate(`${use}-ca`)], use)
  if (anchors.length === 0) return skipped('no-anchor')
  const report = await inspectCertificate(certificate, {
    anchors,
    hierarchies,
    at,
    use,
    revocation: { mode: 'none' },
  })
  const { failure, profile } = report
  if (failure !== undefined) return failed('ERR_VERIFICATION', { check: failure.check })
  return passed({ ...(profile !== undefined && { hierarchy: profile.hierarchy }) })
}

function dates({ at }: SmokeContext, certificate: Certificate): Finding {
  const { state, lastDayInJapan } = certificateValidity(certificate, at)
  const facts = { state, ...(lastDayInJapan !== null && { lastYear: yearOf(lastDayInJapan) }) }
  if (state === 'expired') return failed('ERR_CERTIFICATE_EXPIRED', facts)
  return state === 'not-yet-valid' ? failed('ERR_CERTIFICATE_NOT_YET_VALID', facts) : passed(facts)
}

/** Last days are birthdays: only the year is reported. */
function yearOf(day: string): string {
  return day.replace(/-\d\d-\d\d$/, '')
}
