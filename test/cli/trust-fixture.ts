import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Identity,
  issueOcspResponse,
  issueRevocationList,
  type RevocationListEntry,
} from '../../src/emulator/index.ts'
import { Certificate } from '../../src/pki/x509/index.ts'
import { identity } from '../support/virtual.ts'

const hour = 3_600_000

export const pem = (label: string, der: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(der).toString('base64')}\n-----END ${label}-----\n`

/** Files about trust in the shared person, in a folder of their own. */
export interface TrustFixture {
  readonly person: Identity
  /** A day after issue, and as `--at` takes it. */
  readonly at: Date
  readonly atText: string
  file(name: string): string
  write(name: string, content: Uint8Array | string): string
  /** A list of the user-authentication CA, an hour old at {@link at}. */
  list(revoked?: readonly RevocationListEntry[], ageHours?: number): Promise<Uint8Array>
  /** An entry that names the user-authentication certificate. */
  readonly entry: RevocationListEntry
  remove(): void
}

export async function trustFixture(): Promise<TrustFixture> {
  const person = await identity()
  const folder = mkdtempSync(join(tmpdir(), 'jpki-card-'))
  const at = new Date(new Date(person.issuedAt).getTime() + 24 * hour)
  const before = (hours: number): Date => new Date(at.getTime() - hours * hour)
  const file = (name: string): string => join(folder, name)
  const write = (name: string, content: Uint8Array | string): string => {
    writeFileSync(file(name), content)
    return file(name)
  }
  const list = (revoked: readonly RevocationListEntry[] = [], ageHours = 1): Promise<Uint8Array> =>
    issueRevocationList(person.authCa, { thisUpdate: before(ageHours), nextUpdate: before(ageHours - 12), revoked })
  const { serialNumber } = Certificate.fromDer(person.auth.certificate)
  const entry = { serialNumber, at: before(2), reason: 'keyCompromise' } as const
  const answer = (status: 'good' | { revokedAt: Date }, certificate = person.auth.certificate): Promise<Uint8Array> =>
    issueOcspResponse(person.authCa, { certificate, status, thisUpdate: before(1), nextUpdate: before(-1) })

  mkdirSync(file('anchors'))
  write('anchors/auth-ca.cer', person.authCa.certificate)
  write('anchors/sign-ca.pem', pem('CERTIFICATE', person.signCa.certificate))
  write('auth.der', person.auth.certificate)
  write('sign.der', person.sign.certificate)
  write('good.crl', await list())
  write('revoked.crl', await list([entry]))
  write('stale.crl', await list([], 48))
  write('good.ocsp', await answer('good'))
  write('revoked.ocsp', await answer({ revokedAt: before(3) }))
  write('other.ocsp', await answer('good', person.authCa.certificate))
  write('rubbish.bin', 'not a certificate')
  write('empty.bin', '')
  return {
    person,
    at,
    atText: at.toISOString(),
    file,
    write,
    list,
    entry,
    remove: () => rmSync(folder, { recursive: true }),
  }
}
