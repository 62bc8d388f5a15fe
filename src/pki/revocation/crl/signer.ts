import { equalBytes } from '../../../bytes.ts'
import type { Certificate } from '../../x509/certificate.ts'
import type { PublicKey } from '../../x509/public-key.ts'
import type { Steps } from '../../x509/signature-budget.ts'
import type { SignatureLimits } from '../../x509/signed.ts'
import type { RevocationList } from './revocation-list.ts'

/** Possible signers of a list. */
export interface SignerOptions {
  /** Certificates of other CRL issuers, or of other keys of the same issuer. Untrusted. */
  readonly crlIssuers?: readonly Certificate[] | undefined
  /**
   * Whether a certificate of {@link crlIssuers} is trusted: it must have a valid path to the trust anchor of the
   * certificate in question, and must not be revoked. Without it, only the issuer's own key counts.
   */
  readonly validateCrlIssuer?: ((candidate: Certificate) => boolean | Steps<boolean>) | undefined
  readonly signatures?: SignatureLimits | undefined
}

/** Certificates tried for one list, at most; limits the cost of a malicious pool. */
const maxCandidates = 16

/**
 * The key that signed the list, if it may sign lists of that issuer. RFC 5280 6.3.3 (f), (g).
 *
 * A certificate does not vouch for itself: a candidate with the key of the certificate in question is excluded, unless
 * it is the issuer, or the issuer named it as the CRL issuer of that certificate.
 */
export function* signerOf(
  list: RevocationList,
  certificate: Certificate,
  issuer: Certificate,
  options: SignerOptions,
): Steps<PublicKey | undefined> {
  if (maySign(issuer, list) && list.signedWith(issuer.key, options.signatures)) return issuer.key
  yield
  const alone = listsItself(certificate)
  const others = (options.crlIssuers ?? []).filter(({ key }) => alone || !equalBytes(key.der, certificate.key.der))
  const named = others.filter((candidate) => maySign(candidate, list))
  const likely = named.filter((candidate) => hasKeyId(candidate, list))
  const rest = named.filter((candidate) => !likely.includes(candidate))
  for (const candidate of [...likely, ...rest].slice(0, maxCandidates)) {
    const made = list.signedWith(candidate.key, options.signatures)
    yield
    if (!made) continue
    const valid = options.validateCrlIssuer?.(candidate)
    if ((typeof valid === 'object' ? yield* valid : valid) === true) return candidate.key
  }
  return undefined
}

/** Whether the certificate is named by its issuer as the CRL issuer for itself. RFC 5280 4.2.1.13, cRLIssuer. */
export function listsItself({ extensions, subjectName }: Certificate): boolean {
  return (extensions.crlDistributionPoints ?? []).some(({ crlIssuer }) =>
    crlIssuer?.some((name) => name.kind === 'directory' && name.value.equals(subjectName)),
  )
}

/** Whether the certificate has the name of the issuer of the list, and a key that may sign lists. */
export function maySign(candidate: Certificate, list: RevocationList): boolean {
  const { keyUsage } = candidate.extensions
  return candidate.subjectName.equals(list.issuerName) && (keyUsage === undefined || keyUsage.has('cRLSign'))
}

function hasKeyId(candidate: Certificate, list: RevocationList): boolean {
  const { subjectKeyId } = candidate.extensions
  const { keyId } = list.extensions
  return subjectKeyId !== undefined && keyId !== undefined && equalBytes(subjectKeyId, keyId)
}
