import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toHex } from '../../src/bytes.ts'
import { findCredentials } from '../../src/credentials/index.ts'
import { issueUserCertificates, type VirtualCardOptions } from '../../src/emulator/index.ts'
import { flagTexts, validityRules } from '../../src/validity/index.ts'
import { ca, issue, newKeys } from '../support/issue.ts'
import { cardInReader, type Outcome, run } from './harness.ts'
import { type TrustFixture, trustFixture } from './trust-fixture.ts'

let given: TrustFixture
let born: readonly string[]
beforeAll(async () => {
  given = await trustFixture()
  born = ['--birth-date', given.person.holder.birthDate]
})
afterAll(() => given.remove())

const validity = (...args: readonly string[]): Promise<Outcome> => run(['validity', '--at', given.atText, ...args])
const dayInJapan = (date: Date): string => new Date(date.getTime() + 9 * 3_600_000).toISOString().slice(0, 10)

describe('of a file', () => {
  test('shows state, last moment, renewal and rule', async () => {
    const { code, json } = await validity(given.file('auth.der'), ...born, '--json')
    expect(code).toBe(0)
    const notAfter = new Date(new X509Certificate(given.person.auth.certificate).validTo)
    expect(json).toMatchObject({
      ok: true,
      at: given.atText,
      validity: {
        state: 'valid',
        lastMoment: notAfter.toISOString(),
        lastDayInJapan: dayInJapan(notAfter),
        explanation: { verdict: 'explained', rule: validityRules['certificate-fifth-birthday'] },
      },
    })
    expect(json.validity.explanation.missing).toContain('cardExpiry')
  })

  test('computes no day in place of one it cannot explain', async () => {
    const args = [given.file('auth.der'), '--birth-date', '2001-06-06']
    const { json } = await validity(...args, '--json')
    expect(json.validity.explanation.verdict).toBe('unexplained')
    const { out } = await validity(...args, '--lang', 'en')
    expect(out).toMatch(new RegExp(`Valid until +${json.validity.lastDayInJapan} 23:59:59 JST`))
    expect(out).not.toContain('-06-06')
  })

  test('a certificate without an end has no last day, in text and JSON, and no rule', async () => {
    const { person, at } = given
    const { auth } = await issueUserCertificates(person, {
      now: at,
      notAfter: new Date('9999-12-31T23:59:59Z'),
      holder: person.holder,
    })
    const { code, json } = await validity(given.write('endless.der', auth.certificate), ...born, '--json')
    expect([code, json.validity.lastMoment]).toEqual([0, '9999-12-31T23:59:59.000Z'])
    expect(json.validity).not.toHaveProperty('explanation')
    expect(json.validity).toMatchObject({ lastDayInJapan: null, daysLeft: null, renewableFrom: null })
    for (const [lang, text] of [
      ['en', 'no end'],
      ['ja', '期限なし'],
    ]) {
      const { out } = await validity(given.file('endless.der'), '--lang', lang!)
      expect(out).toContain(text)
      expect(out).not.toContain('10000')
    }
  })

  test('takes another day of issue, and shows flags in words', async () => {
    const issued = `${Number(given.atText.slice(0, 4)) - 1}${given.person.holder.birthDate.slice(4)}`
    const args = [given.file('auth.der'), ...born, '--issue-date', issued]
    const { json } = await validity(...args, '--json')
    const flags = json.validity.explanation.matches.flatMap((match: { flags: string[] }) => match.flags)
    expect(flags).toContain('birthday-on-issue-day')
    expect((await validity(...args, '--lang', 'en')).out).toContain(flagTexts['birthday-on-issue-day'])
    expect((await validity(...args, '--lang', 'ja')).out).toContain('発行日当日の誕生日は数えません')
  })

  test('a certificate that is not a holder’s is shown without a rule', async () => {
    const { code, json } = await validity(given.file('anchors/auth-ca.cer'), '--json')
    expect([code, json.validity.state, 'explanation' in json.validity]).toEqual([0, 'valid', false])
    const keys = newKeys()
    const plain = issue({ subject: 'X', issuer: 'X', keys, signer: keys, extensions: ca() })
    const { out } = await validity(given.write('plain.der', plain), '--lang', 'en')
    expect(out).toContain('not a JPKI certificate')
    expect(out).not.toMatch(/Rule|Renewal/)
  })

  test.each([
    ['expired', '2099-01-01T00:00:00Z', 'EXPIRED'],
    ['not-yet-valid', '2001-01-01T00:00:00Z', 'NOT YET VALID'],
  ])('%s is an answer, not a failure', async (state, at, text) => {
    const { code, json } = await run(['validity', given.file('auth.der'), '--at', at, '--json'])
    expect([code, json.validity.state]).toEqual([0, state])
    expect((await run(['validity', given.file('auth.der'), '--at', at, '--lang', 'en'])).out).toContain(text)
  })

  test.each([
    [['--virtual'], '--virtual'],
    [['--reader', 'X'], '--reader'],
    [['--wait', '3'], '--wait'],
    [['--birth-date', '2001-02-29'], '--birth-date YYYY-MM-DD'],
    [['--issue-date', 'soon'], '--issue-date YYYY-MM-DD'],
    [['--anchors', 'X'], '--anchors'],
    [['another'], 'too many operands'],
  ])('%j is wrong usage', async (args, hint) => {
    const { code, everything } = await validity(given.file('auth.der'), ...args)
    expect([code, everything.includes(hint)]).toEqual([2, true])
  })

  test('cannot be recorded, and rubbish has a code', async () => {
    const { code, json } = await run(['record', given.file('t.json'), 'validity', given.file('auth.der'), '--json'])
    expect([code, json.error.code]).toEqual([2, 'ERR_USAGE'])
    for (const name of ['rubbish.bin', 'empty.bin']) {
      const rubbish = await validity(given.file(name), '--json')
      expect([rubbish.code, rubbish.json.error.code]).toEqual([1, 'ERR_CERTIFICATE'])
    }
  })
})

describe('of a card', () => {
  const virtual = (...args: readonly string[]): Promise<Outcome> => validity('--virtual', ...args)

  test('reads both ends, names the earlier and explains them', async () => {
    const { cardExpiry, auth, issuedAt } = given.person
    const issued = dayInJapan(new Date(issuedAt))
    const { code, json } = await virtual(...born, '--issue-date', issued, '--json')
    expect(code).toBe(0)
    const authEnd = dayInJapan(new Date(new X509Certificate(auth.certificate).validTo))
    expect(json).toMatchObject({
      ok: true,
      reader: 'Virtual Reader 0',
      card: { kind: 'my-number' },
      certificates: [
        { id: 'auth', readable: true, validity: { state: 'valid', lastDayInJapan: authEnd } },
        { id: 'sign', readable: false, reason: 'pin-required' },
      ],
      cardExpiry: {
        readable: true,
        lastDayInJapan: cardExpiry,
        source: 'common-record',
        explanation: { rule: { id: 'card-tenth-birthday' } },
      },
      effective: { state: 'valid', limitedBy: 'certificate', lastDayInJapan: authEnd },
    })
    expect(json.certificates[0].validity.explanation.missing).not.toContain('cardExpiry')
    expect(json.credentials.map(({ id, channels }: { id: string; channels: string[] }) => [id, channels])).toEqual(
      findCredentials({ card: 'my-number' }).map(({ credential, channels }) => [credential.id, channels]),
    )
  })

  test('spends no PIN and shows nothing that names card or holder', async () => {
    const { card, transport } = await cardInReader({ triesLeft: { auth: 2, sign: 1 } })
    const { code, everything, json } = await run('validity --json', { transport })
    expect(code).toBe(0)
    expect([card.triesLeft('auth'), card.triesLeft('sign')]).toEqual([2, 1])
    expect(json.exchanges).toBe(card.exchanges)
    expect(everything).not.toContain(given.person.serialNumber)
    expect(everything).not.toContain(given.person.holder.name)
    expect(everything).not.toContain(new X509Certificate(given.person.auth.certificate).subject.split('CN=')[1])
  })

  test.each([
    ['my-number', {}, 'pin-required', true],
    ['my-number', { signCertificate: false }, 'absent', true],
    ['juki', {}, 'pin-required', false],
    ['phone-android', {}, 'pin-required', false],
  ] as const)('a %s with %j: the signature certificate is %s', async (kind, card, reason, readable) => {
    const options: VirtualCardOptions = { kind, ...card }
    const { code, json } = await run('validity --virtual --json', { card: options })
    expect(code).toBe(0)
    expect(json.certificates[1]).toEqual({ id: 'sign', readable: false, reason })
    expect(json.cardExpiry.readable).toBe(readable)
    expect(json.effective === null).toBe(!readable)
  })

  test('a Juki card and a phone are described', async () => {
    const juki = await virtual('--virtual-kind', 'juki', '--lang', 'en')
    expect(juki.out).toContain('last day of the card is not readable')
    expect(juki.out).toMatch(/automatic issuance application\s+convenience store, municipal machine/)
    const phone = await virtual('--virtual-kind', 'phone-android', '--lang', 'ja')
    expect(phone.out).toContain('この種類のカードの一覧はありません')
    expect(phone.out).toContain('電子証明書とカードの有効期限の両方が必要です')
  })

  test.each([
    ['en', /Limited by +the certificate/, /that the card holds to its end/, /convenience store/],
    ['ja', /先に切れるもの +電子証明書/, /その日の終わり/, /コンビニ交付/],
  ] as const)('speaks %s', async (lang, ...parts) => {
    const { code, out } = await virtual('--lang', lang)
    expect(code).toBe(0)
    for (const part of parts) expect(out).toMatch(part)
    expect(out).toContain('--issue-date')
  })

  test.each([
    ['another record', '0'.repeat(60)],
    ['a day that does not exist', `011C${toHex(Buffer.from(`${'9'.repeat(20)}20360230`))}`],
    ['letters', `011C${toHex(Buffer.from(`${'9'.repeat(20)}2036021x`))}`],
  ])('%s for its last day is reported, and the rest is still shown', async (_, record) => {
    const { card, transport } = await cardInReader()
    card.setFaults([{ at: 'every', on: 0xb2, do: { garbage: `${record}9000` } }])
    const { code, json } = await run('validity --json', { transport })
    card.setFaults(undefined)
    expect([code, json.cardExpiry, json.effective]).toEqual([0, { readable: false, reason: 'unreadable' }, null])
    expect(json.certificates[0].readable).toBe(true)
  })

  test('can be recorded and replayed', async () => {
    const file = given.file('validity.json')
    const line = ['validity', '--at', given.atText, '--json']
    const recorded = await run(['record', file, ...line, '--virtual', '--keep-all'])
    expect((await run(['replay', file, ...line])).json).toEqual(recorded.json)
    const masked = await run(['record', file, ...line, '--virtual'])
    expect(masked.code).toBe(0)
    const { readFile } = await import('node:fs/promises')
    const { serialNumber } = given.person
    expect(await readFile(file, 'utf8')).not.toContain(toHex(Buffer.from(serialNumber)))
  })
})
