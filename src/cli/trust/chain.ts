import { JpkiCardError } from '../../errors.ts'
import type { JpkiApplication } from '../../jpki/index.ts'
import type { Certificate } from '../../pki/index.ts'
import {
  inspectCertificate,
  type JpkiHierarchy,
  jpkiAnchors,
  jpkiProfileOf,
  type VerificationReport,
} from '../../pki/index.ts'
import { endMoment } from '../certificate-reading.ts'
import type { Context } from '../context.ts'
import type { Messages } from '../messages/catalogue.ts'
import type { ChainGap } from '../messages/trust-texts.ts'
import { virtual } from '../options.ts'
import { type CertificateFacts, certificateRows } from './certificate-facts.ts'
import { revocationPolicy, type TrustFiles } from './options.ts'
import { checkRows, refusalOf, reportJson } from './report.ts'

/** Result for the chain of a user-authentication certificate; "not checked" is never "good". */
export type Chain =
  | { readonly checked: false; readonly reason: ChainGap }
  | { readonly checked: true; readonly report: VerificationReport; readonly revocationAsked: boolean }

/** Trust anchors of a chain. */
export interface ChainTrust {
  readonly anchors: readonly Certificate[]
  readonly hierarchies: readonly JpkiHierarchy[]
}

/**
 * Possible trust anchors for the chain of a card's certificate: the named ones, a virtual card's own CA, or the card's
 * CA certificate if it is one of the six of J-LIS. The latter is read only if usable, as that takes exchanges: not for
 * a certificate whose issuer name is not one of J-LIS, and never while a session is recorded or replayed, so that a
 * transcript is independent of the anchors.
 */
export async function chainTrust(
  { options, recording, replay }: Context,
  { anchors }: TrustFiles,
  app: JpkiApplication,
  certificate: Certificate,
): Promise<ChainTrust | ChainGap> {
  // Naming the anchors decides which hierarchy is trusted.
  if (anchors !== undefined) return { anchors, hierarchies: ['production', 'test', 'virtual'] }
  if (recording !== undefined || replay !== undefined) return 'transcript'
  const found = jpkiProfileOf(certificate)
  const production = found.ok && found.profile.hierarchy === 'production'
  if (!production && !options.has(virtual)) return 'unknown-ca'
  const own = await readOwn(app)
  if (own === undefined) return 'no-ca-certificate'
  if (options.has(virtual)) return { anchors: [own], hierarchies: ['virtual'] }
  const known = jpkiAnchors([own], 'auth')
  return known.length === 0 ? 'unknown-ca' : { anchors: known, hierarchies: ['production'] }
}

/** The signature is already made, so an error here only leaves the chain unchecked. */
async function readOwn(app: JpkiApplication): Promise<Certificate | undefined> {
  try {
    return await app.readCertificate('auth-ca')
  } catch (error) {
    if (error instanceof JpkiCardError) return undefined
    throw error
  }
}

/** Verifies the chain of a user-authentication certificate, if a trust anchor is available. */
export async function checkChain(
  certificate: Certificate,
  trust: ChainTrust | ChainGap,
  files: Pick<TrustFiles, 'lists' | 'responses'>,
  at: Date,
): Promise<Chain> {
  if (typeof trust === 'string') return { checked: false, reason: trust }
  const { anchors, hierarchies } = trust
  const revocation = revocationPolicy(files, { anchors, intermediates: [] }, false)
  const report = await inspectCertificate(certificate, { anchors, hierarchies, at, use: 'auth', revocation })
  return { checked: true, report, revocationAsked: revocation.mode !== 'none' }
}

/** A chain as part of an outcome: for `--json`, for people, and as the reason of a refusal. */
export interface ChainPart {
  readonly json: Readonly<Record<string, unknown>>
  readonly rows: readonly (readonly string[])[]
  readonly refused: Error | undefined
}

/** Texts on a chain and the validity of its certificate. */
export function chainPart(chain: Chain, validity: CertificateFacts, messages: Messages): ChainPart {
  const { chain: texts, verify } = messages
  const facts = certificateRows(validity, messages)
  if (!chain.checked) {
    const rows = [[texts.heading, texts.notChecked(texts.gaps[chain.reason])], ...facts]
    return { json: { chain: { ok: false, checked: false, reason: chain.reason }, validity }, rows, refused: undefined }
  }
  const { report, revocationAsked } = chain
  const { ok, path, validUntil } = report
  const rows = [
    [texts.heading, ok ? texts.good : texts.refused],
    ...checkRows(report, messages, revocationAsked).map(([check = '', ...rest]) => [check, rest.join('  ').trim()]),
    ...(ok ? [[verify.path, [verify.depth(0), ...path!.slice(1).map(({ subject }) => subject)].join(' < ')]] : []),
    ...facts,
    ...(ok ? [[verify.pathUntil, endMoment(validUntil!, messages)]] : []),
  ]
  return { json: { chain: { ok, checked: true, ...reportJson(report) }, validity }, rows, refused: refusalOf(report) }
}
