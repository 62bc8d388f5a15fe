import { oids } from './oids.ts'
import type { SignedData } from './structure.ts'

/** Version of a SignedData by its content. RFC 5652 5.1. */
export function versionOf(data: SignedData): number {
  if (data.otherRevocations + data.ocspResponses.length + data.basicOcspResponses.length > 0) return 5
  if (data.otherCertificates > 0) return 4
  return data.contentType !== oids.data || data.signers.some(({ version }) => version === 3) ? 3 : 1
}
