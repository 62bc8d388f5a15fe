import { createVerify, X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { identity } from '../support/virtual.ts'
import { cardInReader, run } from './harness.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jpki-card-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Checks with nothing of this package. */
function genuine(json: { certificate: string; signature: string }, message: Uint8Array): boolean {
  const { publicKey } = new X509Certificate(Buffer.from(json.certificate, 'base64'))
  return createVerify('RSA-SHA256').update(message).verify(publicKey, Buffer.from(json.signature, 'base64'))
}

const lacking = ['', ' --no-short-file-id', ' --no-extended-length', ' --no-direct-reference']

describe('inspect', () => {
  it('reports a My Number card', async () => {
    const { code, json, err } = await run('inspect --virtual --json')
    expect([code, err]).toEqual([0, ''])
    expect(json).toMatchObject({
      ok: true,
      reader: 'Virtual Reader 0',
      card: { kind: 'my-number', token: 'JPKIAPICCTOKEN2' },
      pins: [
        { id: 'auth', state: 'usable', triesLeft: 3, triesMax: 3 },
        { id: 'sign', state: 'usable', triesLeft: 5, triesMax: 5 },
      ],
      certificates: [
        { id: 'auth', readable: true },
        { id: 'auth-ca', readable: true },
        { id: 'sign', readable: false, reason: 'pin-required' },
        { id: 'sign-ca', readable: true },
      ],
      availability: { sign: true, auth: true },
    })
    expect(json.applications).toContainEqual({ id: 'jpki', aid: 'D392F000260100000001', present: true })
    expect(json.applications.at(-1)).toEqual({ id: 'residence', aid: `D392F0004F01${'00'.repeat(10)}`, present: false })
    expect(new Date(json.certificates[0].notAfter).toISOString()).toBe(json.certificates[0].notAfter)
    expect(json.exchanges).toBeGreaterThan(5)
  })

  it('lists the residence application of a card that has it, which remains a My Number card', async () => {
    const { code, json } = await run('inspect --virtual --json', { card: { residence: true } })
    expect([code, json.card.kind, json.applications.at(-1)]).toEqual([
      0,
      'my-number',
      { id: 'residence', aid: `D392F0004F01${'00'.repeat(10)}`, present: true },
    ])
    const { out } = await run('inspect --virtual --lang ja', { card: { residence: true } })
    expect(out).toMatch(/在留AP +あり/)
  })

  it('reports a Juki card, which has no user authentication', async () => {
    const { code, json } = await run('inspect --virtual --virtual-kind juki --json')
    expect(code).toBe(0)
    expect(json.card).toEqual({ kind: 'juki', token: 'JPKIAPICCTOKEN' })
    expect(json.pins.map((pin: { id: string }) => pin.id)).toEqual(['sign'])
    expect(json.certificates[0]).toEqual({ id: 'auth', readable: false, reason: 'absent' })
  })

  it('reports phones', async () => {
    const android = await run('inspect --virtual --virtual-kind phone-android --json')
    expect(android.json.card.kind).toBe('phone-android')
    expect(android.json.certificates[0]).toEqual({ id: 'auth', readable: false, reason: 'pin-required' })
    const iphone = await run('inspect --virtual --virtual-kind phone-iphone --json')
    expect(iphone.json.card.kind).toBe('phone-iphone')
  })

  it('reports a PIN that was verified before, and clears it', async () => {
    const { card, transport } = await cardInReader()
    const other = await transport.connect('Virtual Reader 0')
    await other.transmit(Buffer.from('00A4040C0AD392F000260100000001', 'hex'))
    await other.transmit(Buffer.from('002000980431323334', 'hex'))
    await other.close('leave')
    expect(card.verified('auth')).toBe(true)
    const { code, json } = await run('inspect --json', { transport })
    expect(code).toBe(0)
    expect(json.pins[0]).toEqual({ id: 'auth', state: 'verified', triesLeft: 3, triesMax: 3 })
    expect(card.verified('auth')).toBe(false)
  })

  it('speaks both languages and shows no serial number', async () => {
    const serial = new X509Certificate((await identity()).auth.certificate).serialNumber
    for (const [lang, text] of [
      ['ja', '利用者証明用電子証明書'],
      ['en', 'user authentication'],
    ] as const) {
      const { code, out, everything } = await run(`inspect --virtual --lang ${lang}`)
      expect(code).toBe(0)
      expect(out).toContain(text)
      expect(everything).not.toContain(serial)
    }
  })
})

describe('pin status', () => {
  it('reports the counters', async () => {
    const { code, json } = await run('pin status --virtual --json', { card: { triesLeft: { auth: 2, sign: 0 } } })
    expect(code).toBe(0)
    expect(json.ok).toBe(true)
    expect(json.pins.slice(0, 2)).toEqual([
      { id: 'auth', state: 'usable', triesLeft: 2, triesMax: 3 },
      { id: 'sign', state: 'blocked', triesLeft: 0, triesMax: 5 },
    ])
    expect((await run('pin status --virtual --lang ja')).out).toContain('残り回数 3 回')
  })

  it.each([
    [
      'my-number',
      [
        'auth',
        'sign',
        ...'text text-code-a text-code-b visual-birth visual-code-a visual-code-b'.split(' '),
        'juki',
        'common',
      ],
    ],
    ['juki', ['sign', 'juki']],
    ['phone-android', ['auth', 'sign']],
  ] as const)('lists every PIN of a %s, and spends no try', async (kind, ids) => {
    const { card, transport } = await cardInReader({
      kind,
      ...(kind === 'my-number' && { triesLeft: { text: 1, 'visual-code-b': 0 } }),
    })
    const { code, json } = await run('pin status --json', { transport })
    expect([code, json.pins.map(({ id }: { id: string }) => id)]).toEqual([0, ids])
    for (const { id, triesLeft } of json.pins) expect(triesLeft).toBe(card.triesLeft(id))
    expect(json.exchanges).toBe(card.exchanges)
  })

  it('reports and clears a PIN that was verified before', async () => {
    const { card, transport } = await cardInReader()
    const other = await transport.connect('Virtual Reader 0')
    await other.transmit(Buffer.from('00A4040C0AD392F000260100000001', 'hex'))
    await other.transmit(Buffer.from('002000980431323334', 'hex'))
    await other.close('leave')
    const { json } = await run('pin status --json', { transport })
    expect(json.pins[0]).toMatchObject({ state: 'verified', triesLeft: 3 })
    expect(card.verified('auth')).toBe(false)
  })
})

describe('auth', () => {
  it.each(lacking)('signs a challenge%s', async (without) => {
    const { code, json, everything } = await run(`auth --challenge 00010203 --virtual --json --pin-stdin${without}`, {
      stdin: '1234\n',
    })
    expect(code).toBe(0)
    expect(json).toMatchObject({ ok: true, algorithm: 'RS256' })
    expect(genuine(json, Uint8Array.of(0, 1, 2, 3))).toBe(true)
    expect(everything).not.toContain('1234')
  })

  it('counts every exchange, the closing one included', async () => {
    const { card, transport } = await cardInReader()
    const { json } = await run('auth --challenge 00 --json --pin-stdin', { stdin: '1234', transport })
    expect(json.exchanges).toBe(card.exchanges)
    expect(card.verified('auth')).toBe(false)
  })

  it('refuses a Juki card before the PIN', async () => {
    const { code, json } = await run('auth --challenge 00 --virtual --virtual-kind juki --json --pin-stdin', {
      stdin: '1234\n',
    })
    expect([code, json.error.code]).toEqual([1, 'ERR_CERTIFICATE_ABSENT'])
    const person = await run('auth --challenge 00 --virtual --virtual-kind juki', { keys: ['1234\r'] })
    expect([person.code, person.raw]).toEqual([1, []])
  })

  it.each(['phone-android', 'phone-iphone'])('works on a %s', async (kind) => {
    const line = `auth --challenge 0a --virtual --virtual-kind ${kind} --json --pin-stdin`
    const { json } = await run(line, { stdin: '1234\n' })
    expect(genuine(json, Uint8Array.of(10))).toBe(true)
  })
})

describe('sign', () => {
  it('signs the hash of a large file and takes small letters of the password', async () => {
    const file = join(folder, 'large')
    const content = Buffer.alloc(3_000_000, 7)
    await writeFile(file, content)
    const out = join(folder, 'signature')
    const { code, json, everything } = await run(
      ['sign', file, '--key', 'sign', '--out', out, '--virtual', '--json', '--pin-stdin'],
      { stdin: 'abc123\r\n' },
    )
    expect(code).toBe(0)
    expect(json).toMatchObject({ ok: true, algorithm: 'RS256', out })
    expect(genuine(json, content)).toBe(true)
    expect((await readFile(out)).toString('base64')).toBe(json.signature)
    expect(everything.toUpperCase()).not.toContain('ABC123')
  })

  it('signs with the user-authentication key, in words', async () => {
    const file = join(folder, 'small')
    await writeFile(file, 'text')
    const { code, out } = await run(['sign', file, '--key', 'auth', '--virtual', '--pin-stdin'], {
      stdin: '１２３４\n',
    })
    expect(code).toBe(0)
    expect(out).toMatch(/RS256[\s\S]+base64/)
  })

  it('takes the file from standard input while a person types at the terminal', async () => {
    const { PassThrough } = await import('node:stream')
    const openTerminal = () => {
      const terminal = new PassThrough()
      terminal.write('1234\r')
      return terminal
    }
    const { code, json } = await run('sign - --key auth --virtual --json', {
      stdin: 'piped',
      dependencies: { openTerminal },
    })
    expect(code).toBe(0)
    expect(genuine(json, Buffer.from('piped'))).toBe(true)
    expect((await run('sign - --key auth --virtual', { stdin: 'piped' })).code).toBe(2)
  })

  it('reports a file that cannot be read, without its name', async () => {
    const { code, json, everything } = await run('sign /nowhere/secret-name --key auth --virtual --json --pin-stdin', {
      stdin: '1234\n',
    })
    expect([code, json.error.code]).toEqual([1, 'ERR_FILE'])
    expect(everything).toContain('ENOENT')
    expect(everything).not.toContain('secret-name')
  })
})

describe('certificate', () => {
  it.each(['auth', 'auth-ca', 'sign', 'sign-ca'])('reads %s', async (kind) => {
    const { code, json } = await run(`certificate ${kind} --virtual --json --pin-stdin`, { stdin: 'ABC123\n' })
    expect(code).toBe(0)
    expect(json).toMatchObject({ ok: true, id: kind })
    expect(new Date(new X509Certificate(Buffer.from(json.certificate, 'base64')).validTo).toISOString()).toBe(
      json.notAfter,
    )
  })

  it('writes DER or PEM to a file, and PEM to standard output', async () => {
    const expected = Buffer.from((await identity()).auth.certificate)
    const file = join(folder, 'auth.der')
    expect((await run(['certificate', 'auth', '--virtual', '--out', file])).code).toBe(0)
    expect(await readFile(file)).toEqual(expected)
    await run(['certificate', 'auth', '--virtual', '--out', file, '--pem'])
    expect(new X509Certificate(await readFile(file, 'utf8')).raw).toEqual(expected)
    const { out } = await run('certificate auth --virtual --pem')
    expect(new X509Certificate(out).raw).toEqual(expected)
  })

  it('needs a PIN for the signature certificate', async () => {
    const { code, json } = await run('certificate sign --virtual --json')
    expect([code, json.error.code]).toEqual([1, 'ERR_SECURITY_STATUS'])
    const absent = await run('certificate sign --virtual --json --pin-stdin', {
      stdin: 'ABC123\n',
      card: { signCertificate: false },
    })
    expect(absent.json.error.code).toBe('ERR_CERTIFICATE_ABSENT')
  })
})
