import { describe, expect, test } from 'vitest'
import { CertificateError } from '../../../src/errors.ts'
import { crlStatus, RevocationList } from '../../../src/pki/revocation/index.ts'
import { Certificate } from '../../../src/pki/x509/certificate.ts'
import { verifySigned } from '../../../src/pki/x509/signed.ts'
import { type PkitsCase, pkitsCases, readPkits } from '../../support/pkits.ts'

const mine = pkitsCases.filter(
  ({ section, number }) => ['4.4', '4.5', '4.14', '4.15'].includes(section) || ['4.7.4', '4.7.5'].includes(number),
)

const certificateOf = (name: string): Certificate => Certificate.fromDer(readPkits(name))

/** A list that is refused is no list: in 4.4.4 the damaged signature is not whole bytes. */
function listOf(name: string): RevocationList[] {
  try {
    return [RevocationList.fromDer(readPkits(name))]
  } catch (error) {
    if (error instanceof CertificateError) return []
    throw error
  }
}

/** Whether revocation lists let every certificate of the path pass. The path is found by names and signatures only. */
function passes(one: PkitsCase): boolean {
  const anchors = one.trustAnchors.map(certificateOf)
  const pool = one.intermediates.map(certificateOf)
  const lists = one.crls.flatMap(listOf)
  const at = new Date(one.time)
  const issuersOf = (child: Certificate): Certificate[] =>
    [...anchors, ...pool].filter(
      ({ subjectName, key, extensions }) =>
        subjectName.equals(child.issuerName) &&
        extensions.keyUsage?.has('keyCertSign') !== false &&
        verifySigned(child.tbs, child.signatureAlgorithm, child.signature, key),
    )
  // In 4.14.30 the issuer of lists stands in the scope of its own list, so its status can only be unknown here.
  const trusted = (candidate: Certificate): boolean =>
    issuersOf(candidate).some((issuer) => {
      if (crlStatus(candidate, issuer, { lists, at }).status === 'revoked') return false
      return anchors.includes(issuer) || trusted(issuer)
    })
  const chain = (child: Certificate): boolean =>
    issuersOf(child).some((issuer) => {
      const options = { lists, at, crlIssuers: pool, validateCrlIssuer: trusted }
      return crlStatus(child, issuer, options).status === 'good' && (anchors.includes(issuer) || chain(issuer))
    })
  return chain(certificateOf(one.leaf))
}

describe.skipIf(mine.length === 0)('PKITS revocation (skipped without the suite; set PKITS_DIR)', () => {
  test.each(mine)('$id $title', (one) => {
    expect(passes(one) ? 'valid' : 'invalid').toBe(one.expect)
  })
})
