import type { IssuedCertificate } from '../../emulator/index.ts'

const hour = 3_600_000

/** Two revocation lists of a CA: one that names nobody, and a newer one that names a certificate. DER. */
export async function listsBeforeAndAfter(
  ca: IssuedCertificate,
  serialNumber: string,
  at: Date,
): Promise<{ readonly before: Uint8Array; readonly after: Uint8Array }> {
  const { issueRevocationList }: typeof import('../../emulator/index.ts') = await import('../../emulator/index.ts')
  const ago = (hours: number): Date => new Date(at.getTime() - hours * hour)
  const nextUpdate = new Date(at.getTime() + 24 * hour)
  return {
    before: await issueRevocationList(ca, { thisUpdate: ago(2), nextUpdate }),
    after: await issueRevocationList(ca, {
      thisUpdate: ago(1),
      nextUpdate,
      number: 2,
      revoked: [{ serialNumber, at: ago(1), reason: 'keyCompromise' }],
    }),
  }
}
