import { createHash } from 'node:crypto'
import { equalBytes } from '../../../bytes.ts'
import { context, DerReader, tags } from '../../../der/index.ts'
import type { Certificate } from '../../x509/certificate.ts'
import { readRawExtensions } from '../../x509/extensions.ts'
import { type SignatureLimits, verifySigned } from '../../x509/signed.ts'
import type { BasicOcspResponse, ResponderId } from './basic.ts'
import { ids } from './request.ts'

/** Why the response is not signed by an authorised responder. */
export type ResponderProblem =
  /** ResponderID matches neither the issuer nor a certificate of the response. */
  | 'responder-not-found'
  /** The signature does not verify with the key of the named responder. */
  | 'signature-invalid'
  /** The delegate lacks the issuer's own signature, the extended key usage, or another condition. */
  | 'responder-not-authorised'
  /** The delegate's certificate is not valid at that time. */
  | 'responder-expired'
  /** Revocation of the delegate is unknown: no nocheck extension, and no `validateResponder`. */
  | 'responder-unchecked'
  /** `validateResponder` did not return `true`. */
  | 'responder-refused'

/** The authorised signer of a response, or the reason why there is none. */
export type FoundResponder =
  | { readonly ok: true; readonly responder: Certificate }
  | { readonly ok: false; readonly problem: ResponderProblem }

/** The context a delegate is checked in. */
export interface ResponderQuestion {
  readonly certificate: Certificate
  readonly issuer: Certificate
  readonly atMs: number
  readonly validateResponder: ((responder: Certificate) => boolean) | undefined
  readonly signatures: SignatureLimits | undefined
}

/**
 * Finds the signer of the response among the authorised ones: the issuer itself, or a delegate it certified directly
 * with the same key. The issuer's keyUsage is not consulted: its key could certify a delegate at any time. RFC 6960
 * 4.2.2.2.
 */
export function findResponder(basic: BasicOcspResponse, question: ResponderQuestion): FoundResponder {
  const { issuer, signatures } = question
  let problem: ResponderProblem | undefined
  if (isNamed(issuer, basic.responderId)) {
    if (signed(basic, issuer, signatures)) return { ok: true, responder: issuer }
    problem = 'signature-invalid'
  }
  for (const delegate of basic.certificates) {
    if (!isNamed(delegate, basic.responderId) || equalBytes(delegate.key.der, issuer.key.der)) continue
    const found = delegateProblem(delegate, basic, question)
    if (found === undefined) return { ok: true, responder: delegate }
    problem ??= found
  }
  return { ok: false, problem: problem ?? 'responder-not-found' }
}

/** Whether ResponderID names this certificate. The key hash is SHA-1 always. RFC 6960 4.2.1. */
function isNamed({ subjectName, key }: Certificate, id: ResponderId): boolean {
  if (id.kind === 'name') return subjectName.equals(id.name)
  return equalBytes(createHash('sha1').update(key.bits).digest(), id.keyHash)
}

const signed = (basic: BasicOcspResponse, { key }: Certificate, signatures: SignatureLimits | undefined): boolean =>
  verifySigned(basic.tbs, basic.signatureAlgorithm, basic.signature, key, signatures)

function delegateProblem(
  delegate: Certificate,
  basic: BasicOcspResponse,
  { certificate, issuer, atMs, validateResponder, signatures }: ResponderQuestion,
): ResponderProblem | undefined {
  const noCheck = hasNoCheck(delegate)
  if (!mayDelegate(delegate) || !isIssuedBy(delegate, issuer, signatures)) return 'responder-not-authorised'
  // A responder cannot confirm its own status: a revoked one would report itself good.
  if (equalBytes(delegate.key.der, certificate.key.der)) return 'responder-not-authorised'
  // As in path validation, the whole second of notAfter counts. RFC 5280 4.1.2.5.
  if (!(delegate.notBeforeMs <= atMs && atMs < delegate.notAfterMs + 1000)) return 'responder-expired'
  if (!signed(basic, delegate, signatures)) return 'signature-invalid'
  if (validateResponder === undefined) return noCheck ? undefined : 'responder-unchecked'
  // Strictly `true`: the promise of an async function is not accepted.
  return validateResponder(delegate) === true ? undefined : 'responder-refused'
}

/**
 * Requirements on the extensions of a delegate. anyExtendedKeyUsage is not sufficient; a CA is not a delegate.
 * Compatible with id-kp-OCSPSigning are digitalSignature, nonRepudiation or both: RFC 5280 4.2.1.12.
 */
function mayDelegate({ extensions, unknownCritical }: Certificate): boolean {
  const { extendedKeyUsage, keyUsage, basicConstraints } = extensions
  return (
    extendedKeyUsage?.includes(ids.signing) === true &&
    (keyUsage === undefined || keyUsage.has('digitalSignature') || keyUsage.has('nonRepudiation')) &&
    basicConstraints?.ca !== true &&
    unknownCritical.every((id) => id === ids.noCheck)
  )
}

/** Whether the issuer's key signed the certificate and the names agree. */
export function isIssuedBy(certificate: Certificate, issuer: Certificate, signatures?: SignatureLimits): boolean {
  const { tbs, signatureAlgorithm, signature } = certificate
  return (
    certificate.issuerName.equals(issuer.subjectName) &&
    verifySigned(tbs, signatureAlgorithm, signature, issuer.key, signatures)
  )
}

const derNull = Uint8Array.of(tags.null, 0)

/** Whether the delegate's certificate has the nocheck extension, with NULL. RFC 6960 4.2.2.2.1. */
function hasNoCheck({ tbs }: Certificate): boolean {
  const reader = new DerReader(tbs).enter(tags.sequence)
  while (reader.more && reader.nextTag !== context(3)) reader.read()
  if (!reader.more) return false
  const extension = readRawExtensions(reader.enter(context(3))).find(({ id }) => id === ids.noCheck)
  if (extension === undefined) return false
  const { bytes, offset, end } = extension.reader
  return equalBytes(bytes.subarray(offset, end), derNull)
}
