import type { IssuedCertificate } from '../../emulator/index.ts'
import { RevocationList } from '../../revocation/index.ts'
import { Certificate } from '../../x509/index.ts'
import { type Chain, checkChain } from './chain.ts'

const hour = 3_600_000

/**
 * The chain of a virtual card's certificate against the CA that issued it, once with a list that names nobody and once with
 * a newer one that names the certificate.
 *
 * @throws Error when the revoked certificate is not refused.
 */
export async function proveChains(
  certificate: Certificate,
  ca: IssuedCertificate,
  at: Date,
): Promise<{ readonly chain: Chain; readonly afterRevocation: Readonly<Record<string, unknown>> }> {
  const { issueRevocationList }: typeof import('../../emulator/index.ts') = await import('../../emulator/index.ts')
  const trust = { anchors: [Certificate.fromDer(ca.certificate)], hierarchies: ['virtual'] } as const
  const nextUpdate = new Date(at.getTime() + 24 * hour)
  const before = await issueRevocationList(ca, { thisUpdate: new Date(at.getTime() - 2 * hour), nextUpdate })
  const after = await issueRevocationList(ca, {
    thisUpdate: new Date(at.getTime() - hour),
    nextUpdate,
    number: 2,
    revoked: [{ serialNumber: certificate.serialNumber, at: new Date(at.getTime() - hour), reason: 'keyCompromise' }],
  })
  const check = (list: Uint8Array): Promise<Chain> =>
    checkChain(certificate, trust, { lists: [RevocationList.fromDer(list)], response: undefined }, at)
  const chain = await check(before)
  const revoked = await check(after)
  const failure = revoked.checked ? revoked.report.failure : undefined
  if (failure?.check !== 'revocation') throw new Error('a revoked certificate was not refused')
  return { chain, afterRevocation: { ok: false, ...failure } }
}
