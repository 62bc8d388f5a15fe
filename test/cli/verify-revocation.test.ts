import { mkdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { en } from '../../src/cli/messages/en.ts'
import { checkRows } from '../../src/cli/trust/report.ts'
import { issueRevocationList } from '../../src/emulator/index.ts'
import { RevocationList } from '../../src/pki/revocation/index.ts'
import type { VerificationReport } from '../../src/pki/trust/index.ts'
import { type Outcome, run } from './harness.ts'
import { pem, type TrustFixture, trustFixture } from './trust-fixture.ts'

let given: TrustFixture
beforeAll(async () => {
  given = await trustFixture()
  mkdirSync(given.file('lists'))
  given.write('lists/1.crl', await given.list([], 48))
  given.write('lists/2.pem', pem('X509 CRL', await given.list()))
  given.write('lists/ignored.txt', 'no list')
  mkdirSync(given.file('empty'))
})
afterAll(() => given.remove())

/** `verify --json` of the user-authentication certificate; `crl:NAME` and `ocsp:NAME` are the fixture's files. */
function verify(...args: string[]): Promise<Outcome> {
  const own = args.flatMap((arg) => {
    const [kind, name] = arg.split(':')
    return name === undefined ? [arg] : [`--${kind}`, given.file(name)]
  })
  const anchors = given.file('anchors')
  return run(['verify', given.file('auth.der'), '--anchors', anchors, '--at', given.atText, ...own])
}

describe('lists and responses', () => {
  test.each([
    ['ocsp:other.ocsp', 'ocsp:good.ocsp'],
    ['ocsp:good.ocsp', 'ocsp:other.ocsp'],
  ])('every response is used: %s, %s', async (...responses) => {
    const { code, json } = await verify(...responses, '--require-revocation', '--json')
    expect([code, json.revocation[0].status]).toEqual([0, 'good'])
  })

  test.each(['good.crl', 'lists'])('%s shows the certificate as good, with its evidence', async (name) => {
    const { code, json } = await verify(`crl:${name}`, '--require-revocation', '--json')
    expect(code).toBe(0)
    expect(json.checks.at(-1)).toEqual({ check: 'revocation', result: 'passed', depth: 0 })
    const [answer] = json.revocation
    const list = RevocationList.fromDer(await given.list())
    expect(answer).toMatchObject({
      depth: 0,
      status: 'good',
      evidence: [
        {
          kind: 'crl',
          issuer: list.issuerName.toString(),
          thisUpdate: list.thisUpdate.toISOString(),
          nextUpdate: list.nextUpdate?.toISOString(),
        },
      ],
    })
    expect(answer.evidence[0].sha256).toMatch(/^[0-9A-F]{64}$/)
  })

  test('the text shows the evidence, in Japanese time and with a short digest', async () => {
    const { out } = await verify('crl:good.crl', '--lang', 'ja')
    const list = RevocationList.fromDer(await given.list())
    const inJapan = new Date(list.thisUpdate.getTime() + 9 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')
    expect(out).toMatch(/失効\s+適合\s+この証明書/)
    expect(out).toContain(`発行 ${inJapan} JST`)
    expect(out).toContain(`SHA-256 ${list.sha256.slice(0, 16)}…`)
    expect(out).not.toContain(list.sha256)
  })

  test.each([
    ['a list', ['crl:revoked.crl']],
    ['one of several lists', ['crl:stale.crl', 'crl:good.crl', 'crl:revoked.crl']],
    ['a response', ['ocsp:revoked.ocsp']],
    ['a list, whatever a response says', ['ocsp:good.ocsp', 'crl:revoked.crl']],
    ['the first of two responses', ['ocsp:revoked.ocsp', 'ocsp:good.ocsp']],
    ['the second of two responses', ['ocsp:good.ocsp', 'ocsp:revoked.ocsp']],
    ['a response, whatever a list says', ['ocsp:revoked.ocsp', 'crl:good.crl']],
  ])('a certificate revoked by %s is refused', async (_, args) => {
    const { code, json } = await verify(...args, '--json')
    expect(code).toBe(1)
    expect(json).toMatchObject({
      ok: false,
      error: { code: 'ERR_VERIFICATION' },
      failure: { check: 'revocation', depth: 0, message: 'revoked' },
      revocation: [{ status: 'revoked' }],
    })
    expect(json.checks.slice(0, 2)).toMatchObject([{ result: 'not-done' }, { check: 'path', result: 'passed' }])
  })

  test.each([
    ['en', /Revocation\s+FAILED\s+this certificate/, /revoked at .+ JST, reason keyCompromise/],
    ['ja', /失効\s+不適合\s+この証明書/, /失効日時 .+ JST、理由 keyCompromise/],
  ])('a refusal shows time and reason in %s', async (lang, check, reason) => {
    const { code, out, err } = await verify('crl:revoked.crl', '--lang', lang)
    expect(code).toBe(1)
    expect(out).toMatch(check)
    expect(out).toMatch(reason)
    expect(err).toContain('(ERR_VERIFICATION: revocation: revoked)')
  })

  test('a response is evidence too', async () => {
    const { code, json } = await verify('ocsp:good.ocsp', '--require-revocation', '--json')
    expect([code, json.revocation[0].evidence[0].kind]).toEqual([0, 'ocsp'])
  })

  test.each([
    ['a list that is outdated', ['crl:stale.crl'], 'outdated'],
    ['a response about another certificate', ['ocsp:other.ocsp'], 'OCSP'],
  ])('%s leaves it unknown: reported, and refused if required', async (_, args, hint) => {
    const relaxed = await verify(...args, '--lang', 'en')
    expect(relaxed.code).toBe(0)
    expect(relaxed.out).toMatch(/Revocation\s+not checked/)
    expect(relaxed.out).toContain(hint)
    const strict = await verify(...args, '--require-revocation', '--json')
    expect([strict.code, strict.json.failure.check]).toEqual([1, 'revocation'])
    expect(strict.json.revocation[0].problems.join()).toContain(hint)
  })

  test('revocation that is required is refused without anything to look it up in', async () => {
    const { code, json } = await verify('--require-revocation', '--json')
    expect([code, json.failure.check]).toEqual([1, 'revocation'])
  })

  test('many reasons for an unknown status are shown in few lines', async () => {
    const problems = Array.from({ length: 9 }, (_, i) => `list of ${i}: it is outdated`)
    const report: VerificationReport = {
      ok: true,
      at: given.at,
      checks: [{ check: 'revocation', result: 'not-done', depth: 0 }],
      revocation: [{ status: 'unknown', evidence: [], problems }],
    }
    const rows = checkRows(report, en, true)
    expect(rows).toHaveLength(7)
    expect(rows.at(-1)).toEqual(['', '', 'and 4 more'])
    expect(checkRows(report, en, false)).toHaveLength(1)
  })
})

describe('hostile files', () => {
  test.each(['crl', 'ocsp'])('rubbish, nothing, or a certificate as --%s ends with 1 and a code', async (option) => {
    for (const name of ['rubbish.bin', 'empty.bin', 'auth.der']) {
      const { code, json } = await verify(`${option}:${name}`, '--json')
      expect([code, json.error.code]).toEqual([1, 'ERR_CERTIFICATE'])
    }
    const gone = await verify(`${option}:gone`, '--json')
    expect([gone.code, gone.json.error.code]).toEqual([1, 'ERR_FILE'])
  })

  test('a folder without lists is wrong usage', async () => {
    const { code, everything } = await verify('crl:empty')
    expect([code, everything.includes('--crl FILE')]).toEqual([2, true])
  })

  test('a PEM block that is cut off is refused, not left out', async () => {
    const whole = pem('X509 CRL', await given.list())
    given.write('cut.pem', whole + whole.slice(0, -40))
    const { code, json } = await verify('crl:cut.pem', '--json')
    expect([code, json.error.code]).toEqual([1, 'ERR_CERTIFICATE'])
  })

  test('a file without end is not read to its end', async () => {
    if (process.platform === 'win32') return
    const anchors = given.file('anchors')
    const { code, json } = await run([
      'verify',
      given.file('auth.der'),
      '--anchors',
      anchors,
      '--ocsp',
      '/dev/zero',
      '--json',
    ])
    expect([code, json.error.code]).toEqual([1, 'ERR_FILE'])
  })

  test('a list changed by one bit, and one of another authority, say nothing', async () => {
    const bytes = Buffer.from(await given.list())
    bytes[bytes.length - 1]! ^= 1
    given.write('changed.crl', bytes)
    const strange = await issueRevocationList(given.person.signCa, {
      thisUpdate: new Date(given.at.getTime() - 1000),
      nextUpdate: new Date(given.at.getTime() + 1000),
    })
    given.write('strange.crl', strange)
    for (const name of ['changed.crl', 'strange.crl']) {
      const { code, json } = await verify(`crl:${name}`, '--require-revocation', '--json')
      expect([code, json.failure.check, json.revocation[0].status]).toEqual([1, 'revocation', 'unknown'])
    }
  })

  test('no answer shows the serial number', async () => {
    for (const args of [['crl:revoked.crl'], ['ocsp:good.ocsp'], ['ocsp:other.ocsp', '--require-revocation']]) {
      const { everything } = await verify(...args, '--json')
      expect(everything).not.toContain(given.entry.serialNumber)
    }
  })
})
