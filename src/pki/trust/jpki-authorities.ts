import { createHash } from 'node:crypto'
import { toHex } from '../../bytes.ts'
import type { Certificate } from '../x509/index.ts'

/** A CA of the JPKI (公的個人認証サービス), run by J-LIS. */
export interface JpkiAuthority {
  /** The certificates it issues: 利用者証明用 or 署名用 certificates. */
  readonly issues: 'auth' | 'sign'
  /** 1 from 2015, 2 from 2019, 3 from 2023. All generations of a kind share one name. */
  readonly generation: number
  /** SHA-256 of its self-signed certificate, upper-case hexadecimal. */
  readonly sha256: string
}

/**
 * The six CA certificates of the production hierarchy, by fingerprint only: a certificate from a card, a file or a
 * download is recognised by it. Sources: card facts 6.1 — generations 1 and 3 from two or more public projects,
 * generation 2 from one each. Compare them with those published by J-LIS before relying on them.
 */
export const jpkiAuthorities: readonly JpkiAuthority[] = [
  { issues: 'sign', generation: 1, sha256: '19645405A1FE14377434BD55957628AC4038557C542403A2243F21C706FC9355' },
  { issues: 'sign', generation: 2, sha256: '79679C33E4CC9319440F1AD120A597FF1844E2EF217063ADB176966FD5E6FBEB' },
  { issues: 'sign', generation: 3, sha256: 'D227F6CDE11D35C5252178F106F843D24651944975413B539FA2FB68DBFA365F' },
  { issues: 'auth', generation: 1, sha256: '4DCFC4CA0AAF9FB2A3081B3F0C991C320B3ACC008667A341EEAEC5AF1D58CA7D' },
  { issues: 'auth', generation: 2, sha256: '0D98DE47FC11B7F67126874B7028B6026A803D2638D6EDFE53176953961FADE6' },
  { issues: 'auth', generation: 3, sha256: '64114F29620C24ED2631D46476A040E7EE740D956089C00B036A6A8118C322B5' },
]

const byFingerprint = new Map(jpkiAuthorities.map((authority) => [authority.sha256, authority]))

/** SHA-256 of a certificate, upper-case hexadecimal. */
export function fingerprint(certificate: Certificate): string {
  return toHex(createHash('sha256').update(certificate.der).digest())
}

/**
 * The JPKI CA with the fingerprint of a certificate; `undefined` for every other certificate.
 *
 * @param authorities - those besides the six, as J-LIS publishes them.
 */
export function jpkiAuthorityOf(
  certificate: Certificate,
  { authorities = [] }: { readonly authorities?: readonly JpkiAuthority[] | undefined } = {},
): JpkiAuthority | undefined {
  const own = fingerprint(certificate)
  return byFingerprint.get(own) ?? authorities.find(({ sha256 }) => sha256.toUpperCase() === own)
}

/**
 * The JPKI CAs of the production hierarchy among the given certificates, for use as trust anchors. All others are
 * omitted, the test hierarchy too.
 *
 * @param further - authorities besides the six, by fingerprint.
 */
export function jpkiAnchors(
  certificates: readonly Certificate[],
  issues?: 'auth' | 'sign',
  further: { readonly authorities?: readonly JpkiAuthority[] | undefined } = {},
): readonly Certificate[] {
  return certificates.filter((certificate) => {
    const authority = jpkiAuthorityOf(certificate, further)
    return authority !== undefined && (issues === undefined || authority.issues === issues)
  })
}
