import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatRoots } from '../../src/cli/applications/roots.ts'
import { type ContentFault, type Identity, verificationCodeB } from '../../src/emulator/index.ts'
import { identity } from '../support/virtual.ts'
import { cardWithFields, codeBLines, withField } from './application-fixture.ts'
import { cardInReader, run } from './harness.ts'

const number = '123456789018'
let folder: string
let person: Identity
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jpki-card-'))
  person = await identity()
})
afterAll(() => rm(folder, { recursive: true }))

describe('text attributes', () => {
  it('reads them after the PIN, in 5 exchanges', async () => {
    const { card, transport } = await cardInReader()
    const { code, json } = await run('text attributes --json --pin-stdin', { stdin: '1234\n', transport })
    const { name, address, birthDate } = person.holder
    expect([code, json]).toEqual([
      0,
      {
        ok: true,
        name,
        address,
        birthDate,
        sex: 'female',
        further: [],
        problems: [],
        reader: 'Virtual Reader 0',
        exchanges: 5,
        clearedBy: 'select',
      },
    ])
    expect([card.exchanges, card.verified('text')]).toEqual([5, false])
  })

  it('shows them to a person, and what they are worth', async () => {
    for (const [lang, sex] of [
      ['en', 'female'],
      ['ja', '女'],
    ] as const) {
      const { code, out, err } = await run(`text attributes --virtual --lang ${lang}`, { keys: ['1234\r'] })
      expect(code).toBe(0)
      for (const text of [person.holder.name, person.holder.address, person.holder.birthDate, sex]) {
        expect(out).toContain(text)
      }
      expect(err).toContain('text verify')
    }
  })

  it.each([
    ['the day', () => person.holder.birthDate],
    ['the six digits as printed', () => verificationCodeB(person).slice(0, 6)],
  ])('opens them by verification code B made of %s, year and security code', async (_, birthDate) => {
    const setting = { stdin: codeBLines(person, birthDate()) }
    const { code, json, everything } = await run('text attributes --code-b --virtual --json --pin-stdin', setting)
    expect([code, json.name]).toEqual([0, person.holder.name])
    expect(everything).not.toContain(verificationCodeB(person))
  })

  it('asks a person for each part, and says what stands on the virtual card', async () => {
    const [birthDate, year, securityCode] = codeBLines(person).split('\n')
    const keys = [birthDate, year, securityCode].map((part) => `${part}\r`)
    const { code, err, raw } = await run('text attributes --code-b --virtual --lang ja', { keys })
    expect([code, raw]).toEqual([0, [true, false, true, false, true, false]])
    expect(err).toMatch(/セキュリティコード[\s\S]*残り回数 10 回/)
  })

  it.each([
    ['1990-02-30\n', 'birth date'],
    ['1990\n', 'birth date'],
    ['900217\n20\n', 'year of expiry'],
    ['900217\n2035\n12a4\n', 'security code'],
  ])('costs no try when a part cannot be one: %j', async (stdin, part) => {
    const { card, transport } = await cardInReader()
    const { code, json, everything } = await run('text attributes --code-b --json --pin-stdin', { stdin, transport })
    expect([code, json.error.code, json.error.pin]).toEqual([4, 'ERR_PIN_FORMAT', 'text-code-b'])
    expect(json.error.detail).toContain(part)
    expect(everything).not.toMatch(/1990|900217|12a4/)
    expect(card.triesLeft('text-code-b')).toBe(10)
  })

  it('reports a wrong code, and the tries left', async () => {
    const { code, json } = await run('text attributes --code-b --virtual --json --pin-stdin', {
      stdin: codeBLines(person, '1980-01-01'),
    })
    expect([code, json.error.code, json.error.triesLeft]).toEqual([4, 'ERR_PIN_REJECTED', 9])
  })

  it.each([
    ['text-attributes-cut', 'ERR_CARD_DATA'],
    ['text-attributes-overrun', 'ERR_TLV'],
  ] as const)('names nothing of the holder when the file is damaged: %s', async (fault, expected) => {
    const card = { contentFaults: [fault] }
    const { code, json, everything } = await run('text attributes --virtual --json --pin-stdin', {
      stdin: '1234\n',
      card,
    })
    expect([code, json.error.code]).toEqual([1, expected])
    expect(everything).not.toContain(person.holder.name.slice(0, 2))
    expect(everything).not.toContain(person.holder.address.slice(0, 3))
  })

  it('reads the other attributes when one cannot be read, and names the reason but not the value', async () => {
    const card = { contentFaults: ['text-attributes-not-utf8'] } as const
    const { name, address, birthDate } = person.holder
    const { code, json, everything } = await run('text attributes --virtual --json --pin-stdin', {
      stdin: '1234\n',
      card,
    })
    expect([code, json]).toEqual([
      0,
      expect.objectContaining({
        ok: true,
        name: null,
        address,
        birthDate,
        sex: 'female',
        problems: [{ field: 'name', problem: 'not-utf8', masked: `${Buffer.byteLength(name) + 2} bytes` }],
      }),
    ])
    expect(everything).not.toContain(name.slice(0, 2))
    for (const [lang, reason] of [
      ['en', '(unreadable: not UTF-8 text)'],
      ['ja', '（読み取れません: UTF-8の文字ではありません）'],
    ] as const) {
      const words = await run(`text attributes --virtual --lang ${lang}`, { keys: ['1234\r'], card })
      expect([words.code, words.out]).toEqual([0, expect.stringContaining(reason)])
      expect(words.out).toContain(address)
      expect(words.everything).not.toContain(name.slice(0, 2))
    }
  })

  it('reads everything when the offset table is wrong, and says so', async () => {
    const card = { contentFaults: ['text-attributes-offsets'] } as const
    const { name, address, birthDate } = person.holder
    const { code, json } = await run('text attributes --virtual --json --pin-stdin', { stdin: '1234\n', card })
    expect([code, json]).toEqual([0, expect.objectContaining({ name, address, birthDate, sex: 'female' })])
    expect(json.problems).toEqual([{ field: 'offsets', problem: 'offsets-do-not-fit', masked: '8 bytes' }])
    const words = await run('text attributes --virtual --lang en', { keys: ['1234\r'], card })
    expect(words.out).toMatch(/Offset table +\(unreadable: does not match the fields\)/)
  })

  it('shows further fields, in text or in hexadecimal', async () => {
    const kana = Buffer.from('ミホン　ハナコ')
    const odd = () =>
      cardWithFields(2, (fields) => [
        ...withField(fields, 0xdf25, Buffer.from('7')),
        [0xdf26, kana],
        [0xdf27, Uint8Array.of(0xff)],
      ])
    const { code, json } = await run('text attributes --json --pin-stdin', { stdin: '1234\n', transport: await odd() })
    expect([code, json]).toEqual([
      0,
      expect.objectContaining({
        name: person.holder.name,
        sex: null,
        further: [
          { tag: 'DF26', text: 'ミホン　ハナコ', bytes: kana.toString('hex').toUpperCase() },
          { tag: 'DF27', bytes: 'FF' },
        ],
        problems: [
          { field: 'offsets', problem: 'offsets-do-not-fit', masked: '8 bytes' },
          { field: 'sex', problem: 'unknown-code', masked: '1 digit' },
        ],
      }),
    ])
    const { out } = await run('text attributes --lang ja', { keys: ['1234\r'], transport: await odd() })
    expect(out).toMatch(
      /性別 +（読み取れません: 不明なコードです）[\s\S]+その他の項目 DF26 +ミホン　ハナコ[\s\S]+DF27 +FF/,
    )
  })

  it.each(['juki', 'phone-android'])('reports that a %s has no such application', async (kind) => {
    const line = `text attributes --virtual --virtual-kind ${kind} --json --pin-stdin`
    const { code, json } = await run(line, { stdin: '1234\n' })
    expect([code, json.error.code]).toEqual([1, 'ERR_APPLICATION_NOT_FOUND'])
  })
})

describe('text number', () => {
  it('keeps the digits to itself without --reveal, and names the law', async () => {
    const plain = await run('text number --purpose tax --virtual --lang ja', { keys: ['1234\r'] })
    expect([plain.code, plain.out]).toEqual([0, expect.stringContaining('************')])
    expect(plain.err).toMatch(/番号法/)
    const json = await run('text number --purpose tax --virtual --json --pin-stdin', { stdin: '1234\n' })
    expect(json.json).toMatchObject({ ok: true, purpose: 'tax', checkDigit: true })
    expect(json.json).not.toHaveProperty('number')
    for (const { everything } of [plain, json]) expect(everything).not.toContain(number)
  })

  it('shows them with --reveal, with the law still named', async () => {
    const { out, err } = await run('text number --purpose holder --reveal --virtual', { keys: ['1234\r'] })
    expect(out).toContain(number)
    expect(err).toContain('My Number Act')
    const { json } = await run('text number --purpose holder --reveal --virtual --json --pin-stdin', {
      stdin: '1234\n',
    })
    expect(json.number).toBe(number)
  })

  it('refuses a number with a wrong check digit, without a digit of it', async () => {
    const { code, json, everything } = await run('text number --purpose tax --reveal --virtual --json --pin-stdin', {
      stdin: '1234\n',
      card: { contentFaults: ['text-number-check-digit'] },
    })
    expect([code, json.error.code, json.error.detail]).toEqual([1, 'ERR_CARD_DATA', expect.stringContaining('byte 14')])
    expect(everything).not.toContain(number.slice(0, 6))
  })
})

describe('text verify', () => {
  it('finds the virtual card authentic by its own root, step by step', async () => {
    const { code, json } = await run('text verify --virtual --purpose holder --json --pin-stdin', { stdin: '1234\n' })
    expect([code, json.ok, json.authentic]).toEqual([0, true, true])
    const passed = json.checks
      .filter(({ result }: { result: string }) => result === 'passed')
      .map(({ check, of }: { check: string; of: string }) => `${check} ${of}`)
    expect(passed).toEqual([
      'issuer-certificate text',
      'record-signature digests',
      'digest individual-number',
      'digest attributes',
      'record-signature card-key',
      'challenge text',
    ])
    expect(json.roots).toEqual([{ key: '9000033/000', hierarchy: 'virtual', application: 'text' }])
    expect(json.unproved).toEqual(['text-files-of-this-card'])
    expect(JSON.stringify(json)).not.toContain(person.holder.name)
  })

  it.each([
    [['text-key-copied'], 'challenge'],
    [['text-attributes-of-other-card'], 'digest'],
    [['text-certificate-forged'], 'issuer-certificate'],
    [['text-certificate-foreign'], 'issuer-certificate'],
  ] as const)('refuses a card with %s, exit 1', async (faults: readonly ContentFault[], check) => {
    const card = { contentFaults: faults }
    const { code, json } = await run('text verify --virtual --json --pin-stdin', { stdin: '1234\n', card })
    expect([code, json.ok, json.authentic, json.error.code]).toEqual([1, false, false, 'ERR_AUTHENTICITY'])
    expect(json.error.message).toContain(check)
    const words = await run('text verify --virtual --lang ja', { keys: ['1234\r'], card })
    expect([words.code, words.out]).toEqual([1, expect.stringContaining('真正なカードと認められません')])
  })

  it('verifies the number when a purpose is given', async () => {
    const setting = { stdin: '1234\n', card: { contentFaults: ['text-digest-wrong'] } } as const
    expect((await run('text verify --virtual --json --pin-stdin', setting)).code).toBe(0)
    const { code, json } = await run('text verify --purpose tax --virtual --json --pin-stdin', setting)
    expect([code, json.error.message]).toEqual([1, expect.stringContaining('digest, individual-number: wrong-digest')])
  })

  it('labels known roots as not officially published, and does not take the virtual card for a real one', async () => {
    const line = 'text verify --virtual --roots known'
    const { code, json } = await run(`${line} --json --pin-stdin`, { stdin: '1234\n' })
    expect([code, json.error.message]).toEqual([1, expect.stringContaining('unknown-root')])
    expect(json.roots).toEqual([
      {
        key: '5000033/001',
        hierarchy: 'production',
        application: 'text',
        officiallyPublished: false,
        sources: expect.arrayContaining([expect.stringContaining('/')]),
      },
    ])
    expect((await run(line, { keys: ['1234\r'] })).out).toContain('NOT OFFICIALLY PUBLISHED')
    expect((await run(`${line} --lang ja`, { keys: ['1234\r'] })).out).toContain('公式には公表されていない値')
    const test = await run('text verify --virtual --roots known-test --json --pin-stdin', { stdin: '1234\n' })
    expect(test.json.roots.map(({ key }: { key: string }) => key)).toEqual(['6000033/001'])
  })

  it('takes roots from a file, and code B', async () => {
    const file = join(folder, 'roots.json')
    await writeFile(file, formatRoots(person))
    const { transport } = await cardInReader()
    const argv = ['text', 'verify', '--roots', 'known', '--roots', file, '--code-b', '--json', '--pin-stdin']
    const { code, json } = await run(argv, { stdin: codeBLines(person), transport })
    expect([code, json.authentic, json.issuers.text.root]).toEqual([0, true, '9000033/000'])
  })

  it.each([
    ['{', 'JSON'],
    ['[]', '[…]'],
    ['[{}]', '[0].keyId'],
    ['[1]', '[0]'],
    [JSON.stringify([{ keyId: '00'.repeat(16), publicKey: 'AAAA', hierarchy: 'test' }]), '[0].publicKey'],
    [JSON.stringify([{ keyId: '00'.repeat(16), publicKey: '', hierarchy: 'real' }]), '[0].hierarchy'],
    [JSON.stringify([{ keyId: '00', publicKey: '', hierarchy: 'test' }]), '[0].keyId'],
  ])('refuses a roots file that is none: %s', async (text, where) => {
    const file = join(folder, 'bad-roots.json')
    await writeFile(file, text)
    const { code, json } = await run(['text', 'verify', '--virtual', '--roots', file, '--json', '--pin-stdin'], {
      stdin: '1234\n',
    })
    expect([code, json.error.code]).toEqual([2, 'ERR_USAGE'])
    expect(json.error.message).toContain(where)
  })
})
