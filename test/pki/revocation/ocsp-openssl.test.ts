import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildOcspRequest, type CertIdHash, OcspResponse, ocspStatus } from '../../../src/pki/revocation/index.ts'
import { Certificate } from '../../../src/pki/x509/index.ts'
import { ca, der, extension, issue, type Keys, keyUsage, newKeys, oid, sequence } from '../../support/issue.ts'

/** The other side is OpenSSL's: it reads our request and answers it. */
const present = spawnSync('openssl', ['version']).status === 0

const [root, holder, delegate] = [newKeys(), newKeys(), newKeys()]
const now = Date.now()
const validity = { notBefore: new Date(now - 86_400_000), notAfter: new Date(now + 86_400_000) }
const issuer = Certificate.fromDer(
  issue({ subject: 'CA', issuer: 'CA', keys: root, signer: root, extensions: ca(), ...validity }),
)
const holderOf = (serial: number): Certificate =>
  Certificate.fromDer(issue({ subject: 'H', issuer: 'CA', keys: holder, signer: root, serial, ...validity }))
const responder = Certificate.fromDer(
  issue({
    subject: 'R',
    issuer: 'CA',
    keys: delegate,
    signer: root,
    serial: 2,
    extensions: [
      keyUsage(0x80),
      extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.9'))),
      extension('1.3.6.1.5.5.7.48.1.5', der(0x05)),
    ],
    ...validity,
  }),
)

describe.skipIf(!present)('openssl ocsp', () => {
  let folder = ''
  const file = (name: string): string => join(folder, name)
  const pem = ({ privateKey }: Keys): string => privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const asn1Time = (date: Date): string => `${date.toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ocsp-'))
    writeFileSync(file('ca.pem'), issuer.toPem())
    writeFileSync(file('ca.key'), pem(root), { mode: 0o600 })
    writeFileSync(file('r.pem'), responder.toPem())
    writeFileSync(file('r.key'), pem(delegate), { mode: 0o600 })
    const [end, gone] = [asn1Time(validity.notAfter), asn1Time(validity.notBefore)]
    const index = [`V\t${end}\t\t07\tunknown\t/CN=H`, `R\t${end}\t${gone},keyCompromise\t08\tunknown\t/CN=H`]
    writeFileSync(file('index.txt'), `${index.join('\n')}\n`)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  function answer(serial: number, by: 'ca' | 'r', hash: CertIdHash, byKey = false) {
    const certificate = holderOf(serial)
    const request = buildOcspRequest(certificate, issuer, { hash })
    writeFileSync(file('request.der'), request.der)
    const files = ['-index', file('index.txt'), '-CA', file('ca.pem'), '-reqin', file('request.der')]
    const signer = ['-rsigner', file(`${by}.pem`), '-rkey', file(`${by}.key`), ...(byKey ? ['-resp_key_id'] : [])]
    const out = ['-respout', file('response.der'), '-ndays', '1']
    execFileSync('openssl', ['ocsp', ...files, ...signer, ...out], { stdio: 'pipe' })
    const response = OcspResponse.fromDer(readFileSync(file('response.der')))
    return ocspStatus(certificate, issuer, response, { at: new Date(), nonce: request.nonce })
  }

  test.each<CertIdHash>(['SHA-1', 'SHA-256'])('reads a request by %s', (hash) => {
    const { der: bytes, nonce } = buildOcspRequest(holderOf(7), issuer, { hash })
    writeFileSync(file('request.der'), bytes)
    const text = execFileSync('openssl', ['ocsp', '-reqin', file('request.der'), '-req_text'], { encoding: 'utf8' })
    expect(text).toContain('Serial Number: 07')
    expect(text).toContain(`Hash Algorithm: ${hash.replace('SHA-', 'sha')}`)
    expect(text).toContain('OCSP Nonce')
    expect(text.replaceAll(/[\s:]/g, '').toUpperCase()).toContain(
      Buffer.from(nonce!.slice(0, 4)).toString('hex').toUpperCase(),
    )
  })

  test('answers good, revoked and unknown', () => {
    expect(answer(7, 'r', 'SHA-1')).toMatchObject({ status: 'good', evidence: { responder: { subject: 'CN=R' } } })
    expect(answer(7, 'r', 'SHA-256', true)).toMatchObject({ status: 'good' })
    expect(answer(7, 'ca', 'SHA-1')).toMatchObject({ status: 'good', evidence: { responder: { subject: 'CN=CA' } } })
    expect(answer(8, 'r', 'SHA-1')).toMatchObject({ status: 'revoked', reason: 'keyCompromise' })
    expect(answer(9, 'r', 'SHA-1')).toMatchObject({ status: 'unknown', problem: 'status-unknown' })
  })
})
