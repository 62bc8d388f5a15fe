import { describe, expect, test } from 'vitest'
import { buildOcspRequest, OcspResponse, ocspStatus } from '../../../src/pki/revocation/index.ts'
import { Certificate } from '../../../src/pki/x509/index.ts'
import { type OpensslCall, opensslPresent, pem, runOpenssl } from '../../support/openssl.ts'
import { contextOf } from '../../support/plan/certificate.ts'
import { certificatesOf, faults, type RevocationOutcome } from '../../support/plan/faults.ts'
import { ocspResponseOf } from '../../support/plan/ocsp.ts'

// `openssl ocsp` checks the times of an answer by the clock only, so these cases are of now.
const { at, cases } = faults<RevocationOutcome>(
  'revocation/ocsp-faults.json',
  new Date(Math.floor(Date.now() / 1000) * 1000),
)
const built = cases.map((one) => {
  const certificates = certificatesOf(one.plan, at)
  const response = ocspResponseOf(one.plan.response, contextOf(one.plan.keys, at), certificates)
  const nonce = one.plan.nonce === undefined ? undefined : Buffer.from(one.plan.nonce, 'hex')
  return { ...one, certificates, response, nonce }
})

describe('one fault in an OCSP response, by RFC 6960', () => {
  test.each(built)('$id: $fault', ({ plan, certificates, response, nonce, expect: expected }) => {
    const [certificate, issuer] = [plan.end, 'mid'].map((name) => Certificate.fromDer(certificates[name]!))
    expect(ocspStatus(certificate!, issuer!, OcspResponse.fromDer(response), { at, nonce })).toMatchObject(expected)
  })
})

/** `openssl ocsp` asked about the same response. */
function ocspCall({ plan, certificates, response, nonce }: (typeof built)[number]): OpensslCall {
  const certificatePem = (name: string) => pem('CERTIFICATE', certificates[name]!)
  const certificate = Certificate.fromDer(certificates[plan.end]!)
  const sha256 = plan.response.answers['leaf']!.hash === 'sha256'
  const hash = sha256 ? 'SHA-256' : 'SHA-1'
  const issuer = Certificate.fromDer(certificates['mid']!)
  const request = buildOcspRequest(certificate, issuer, { nonce: nonce ?? false, hash }).der
  const files = {
    'response.der': response,
    'request.der': request,
    'root.pem': certificatePem('root'),
    'issuer.pem': certificatePem('mid'),
    'pool.pem': plan.pool.map(certificatePem).join(''),
    'end.pem': certificatePem(plan.end),
  }
  // With a request, which is read for its nonce, it does not say what it thinks of the certificate, only what it reads.
  const hashed = sha256 ? ['-sha256'] : []
  const named = ['-no_nonce', '-issuer', 'issuer.pem', ...hashed, '-cert', 'end.pem']
  const question = nonce === undefined ? named : ['-resp_text', '-reqin', 'request.der']
  const trust = ['-CAfile', 'root.pem', '-no-CApath', '-no-CAstore', '-verify_other', 'pool.pem']
  return { args: ['ocsp', '-respin', 'response.der', ...question, ...trust], files }
}

describe.skipIf(!opensslPresent())('openssl ocsp agrees (skipped without openssl 3)', () => {
  const asked = built.filter(({ openssl }) => typeof openssl === 'string')
  const results = opensslPresent() ? runOpenssl(asked.map(ocspCall)) : []
  test.each(asked.map((one, i) => ({ ...one, result: results[i] })))('$id', ({ openssl, result }) => {
    const { code, text } = result!
    const good = code === 0 && /^Response verify OK$/m.test(text) && /(end\.pem|Cert Status): good$/m.test(text)
    expect(good && !text.includes('Status times invalid') ? 'ok' : 'refused', text).toBe(openssl)
  })
})
