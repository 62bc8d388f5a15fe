import { RefusalError } from '../errors.ts'
import type { VerificationReport } from '../pki/trust/index.ts'

/** The refusal a failed verification comes to. */
export function refusalOf(report: VerificationReport): RefusalError {
  const { failure, at } = report
  const detail = { check: failure?.check, depth: failure?.depth }
  if (failure?.check === 'revocation') {
    const status = report.revocation[failure.depth]?.status
    if (status === 'revoked') return new RefusalError('ERR_CERTIFICATE_REVOKED', 'the certificate is revoked', detail)
    return new RefusalError('ERR_REVOCATION_UNKNOWN', 'nobody could tell whether the certificate is revoked', detail)
  }
  if (failure?.check === 'validity' && failure.depth === 0) {
    return failure.message === 'expired'
      ? new RefusalError('ERR_CERTIFICATE_EXPIRED', 'the certificate has expired', detail)
      : new RefusalError('ERR_CERTIFICATE_NOT_YET_VALID', `not valid yet at ${at.toISOString()}`, detail)
  }
  return new RefusalError('ERR_CERTIFICATE_REFUSED', `the certificate is refused: ${failure?.check}`, detail)
}
