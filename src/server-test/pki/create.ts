import {
  createAuthorities,
  type IssuedCertificate,
  issueRevocationList,
  issueUserCertificates,
} from '../../emulator/index.ts'
import { contentOf, elementsOf } from './der.ts'

/** CAs and holders of an evaluation. All are invented, without trust value. */
export const pkiNames = [
  /** CA of user authentication, two generations of one name: both are anchors. */
  'first',
  'second',
  /** Another generation, which is not an anchor. */
  'third',
  /** An anchor whose only list is outdated. */
  'stale',
  /** CA of the test hierarchy, not an anchor. */
  'test',
  /** CA of digital signature, an anchor. */
  'signature',
  'holder',
  /** The signature certificate of the same person. */
  'holder-signature',
  'other-holder',
  'revoked-holder',
] as const

/** A CA or holder of an evaluation. */
export type PkiName = (typeof pkiNames)[number]

/** Everything a run needs to act as CA and as cards. Holds private keys. */
export interface EvaluationPki {
  readonly preparedAt: Date
  /** End of its revocation lists: later no certificate can be verified. */
  readonly validUntil: Date
  readonly issued: Readonly<Record<PkiName, IssuedCertificate>>
}

/** A PKI, and the revocation lists for the server under evaluation. */
export interface PreparedPki {
  readonly pki: EvaluationPki
  /** DER, by the CA that signed them. */
  readonly lists: Readonly<Record<'first' | 'second' | 'stale' | 'signature', Uint8Array>>
}

const hour = 3_600_000
const day = 24 * hour

/** Validity of the lists. */
const lifetime = 30 * day

/**
 * Creates the PKI of an evaluation: takes some seconds, for a dozen RSA keys.
 *
 * @param now - instant to make it for. Default: now.
 */
export async function createEvaluationPki(now: Date = new Date()): Promise<PreparedPki> {
  const at = (offset: number): Date => new Date(now.getTime() + offset)
  const [one, second, third, stale] = [
    await createAuthorities({ now }),
    await createAuthorities({ now }),
    await createAuthorities({ now }),
    await createAuthorities({ now }),
  ]
  const test = await createAuthorities({ now, organization: 'JPKI-TEST' })
  const dates = { now: at(-30 * day) }
  const [holder, other, revoked] = [
    await issueUserCertificates(one, dates),
    await issueUserCertificates(one, dates),
    await issueUserCertificates(one, dates),
  ]
  const current = { thisUpdate: at(-hour), nextUpdate: at(lifetime) }
  const entry = { serialNumber: serialNumberOf(revoked.auth.certificate), at: at(-day) }
  return {
    pki: {
      preparedAt: now,
      validUntil: current.nextUpdate,
      issued: {
        first: one.authCa,
        second: second.authCa,
        third: third.authCa,
        stale: stale.authCa,
        test: test.authCa,
        signature: one.signCa,
        holder: holder.auth,
        'holder-signature': holder.sign,
        'other-holder': other.auth,
        'revoked-holder': revoked.auth,
      },
    },
    lists: {
      first: await issueRevocationList(one.authCa, { ...current, revoked: [entry] }),
      second: await issueRevocationList(second.authCa, current),
      stale: await issueRevocationList(stale.authCa, { thisUpdate: at(-60 * day), nextUpdate: at(-30 * day) }),
      signature: await issueRevocationList(one.signCa, current),
    },
  }
}

/** Serial number of a certificate made here, upper-case hexadecimal. */
export function serialNumberOf(certificate: Uint8Array): string {
  const content = contentOf(elementsOf(elementsOf(certificate)[0]!)[1]!)
  return Buffer.from(content).toString('hex').toUpperCase()
}
