import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Identity } from '../../src/emulator/index.ts'
import { commandLine, run as runProgram } from '../support/slot.ts'
import { identity } from '../support/virtual.ts'
import { cardWithFields, codeBLines, withField } from './application-fixture.ts'
import { cardInReader, run } from './harness.ts'

const codeA = '123456789018\n'
let folder: string
let person: Identity
beforeAll(async () => {
  person = await identity()
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jpki-card-'))
})
afterEach(() => rm(folder, { recursive: true }))

const sizes = (json: { images: readonly { id: string; width: number; height: number }[] }) =>
  json.images.map(({ id, width, height }) => `${id} ${width}x${height}`)
const face = ['name 320x40', 'address 320x80', expect.stringMatching(/^photo 240x3\d\d$/), 'security-code 24x12']

describe('visual show', () => {
  it('opens the card face by code B, in 5 exchanges', async () => {
    const { card, transport } = await cardInReader()
    const { code, json } = await run('visual show --json --pin-stdin', { stdin: codeBLines(person), transport })
    expect([code, json]).toEqual([
      0,
      expect.objectContaining({
        ok: true,
        with: 'code-b',
        birthDate: person.holder.birthDate,
        sex: 'female',
        expiry: person.cardExpiry,
        exchanges: 5,
      }),
    ])
    expect(sizes(json)).toEqual(face)
    expect(card.verified('visual-code-b')).toBe(false)
  })

  it.each([
    ['in groups as printed', '1234 5678 9018'],
    ['in full-width groups', '１２３４\u3000５６７８\u3000９０１８'],
    ['with full-width hyphens', '１２３４－５６７８－９０１８'],
    ['with long vowel marks', '１２３４ー５６７８ー９０１８'],
    ['with no-break spaces', '1234\u00a05678\u00a09018'],
  ])('takes code A typed %s', async (_name, typed) => {
    const argv = 'visual show --with code-a --virtual --json --pin-stdin'
    const { code, json } = await run(argv, { stdin: `${typed}\n` })
    expect([code, json.ok]).toEqual([0, true])
  })

  it.each([
    ['a kanji numeral', '1234 5678 901八'],
    ['a letter', '1234 5678 901x'],
    ['one digit too few', '1234 5678 901'],
    ['an emoji', '1234 5678 901\u{1f600}'],
  ])('refuses code A with %s as ERR_PIN_FORMAT without repeating it or spending a try', async (_name, typed) => {
    const { card, transport } = await cardInReader()
    const argv = 'visual show --with code-a --json --pin-stdin'
    const { code, json, everything } = await run(argv, { stdin: `${typed}\n`, transport })
    expect([code, json.error.code]).toEqual([4, 'ERR_PIN_FORMAT'])
    expect(everything).not.toMatch(/1234|5678|901/)
    expect(card.triesLeft('visual-code-a')).toBe(10)
  })

  it.each(['1990-02-17', '１９９０－０２－１７', '1990/02/17', '1990 02 17', '02\u300002\u300017'])(
    'takes the birth date typed as %s',
    async (typed) => {
      const argv = 'visual show --with birth-date --virtual --json --pin-stdin'
      const { code } = await run(argv, { stdin: `${typed}\n` })
      expect(code).toBe(0)
    },
  )

  it('shows the birth date alone by the birth date, the number as well by code A', async () => {
    const birth = await run('visual show --with birth-date --virtual --json --pin-stdin', {
      stdin: `${person.holder.birthDate}\n`,
    })
    expect([birth.json.birthDate, birth.json.images]).toEqual([person.holder.birthDate, []])
    expect(birth.json).not.toHaveProperty('sex')
    const number = await run('visual show --with code-a --virtual --json --pin-stdin', { stdin: codeA })
    expect(sizes(number.json)).toEqual([...face, 'number 72x12'])
    expect(number.everything).not.toContain('123456789018')
  })

  it('writes the images as they are into a folder of its owner', async () => {
    const out = join(folder, 'new', 'images')
    const argv = ['visual', 'show', '--with', 'code-a', '--virtual', '--out', out, '--json', '--pin-stdin']
    const { json } = await run(argv, { stdin: codeA })
    expect((await readdir(out)).sort()).toEqual([
      'address.png',
      'name.png',
      'number.png',
      'photo.jp2',
      'security-code.png',
    ])
    for (const { out: file, bytes } of json.images) {
      const { size, mode } = await stat(file)
      expect(size).toBe(bytes)
      if (process.platform !== 'win32') expect(mode & 0o077).toBe(0)
    }
    expect((await readFile(join(out, 'photo.jp2'))).subarray(4, 8).toString()).toBe('jP  ')
  })

  it('supports both languages, and shows the printed data of the virtual card', async () => {
    const keys = codeBLines(person)
      .trim()
      .split('\n')
      .map((part) => `${part}\r`)
    const { code, out, err } = await run('visual show --virtual --lang ja', { keys })
    expect(code).toBe(0)
    expect(out).toMatch(/生年月日 +1990-02-17[\s\S]+性別 +女[\s\S]+顔写真 +JP2, 240 × 3/)
    expect(err).toContain(`セキュリティコード ${person.securityCode}`)
  })

  it('costs one try when wrong, none at the last', async () => {
    const wrong = await run('visual show --with code-a --virtual --json --pin-stdin', { stdin: '111111111111\n' })
    expect([wrong.code, wrong.json.error]).toEqual([
      4,
      expect.objectContaining({ code: 'ERR_PIN_REJECTED', pin: 'visual-code-a', triesLeft: 9 }),
    ])
    const card = { triesLeft: { 'visual-birth': 1, 'visual-code-b': 0 } }
    const line = 'visual show --virtual --json'
    const guarded = await run(`${line} --with birth-date`, { keys: ['1990-02-17\r'], card })
    expect([guarded.code, guarded.json.error.code, guarded.raw]).toEqual([4, 'ERR_PIN_GUARDED', []])
    const blocked = await run(line, { keys: ['1990-02-17\r'], card })
    expect([blocked.code, blocked.json.error.code, blocked.raw]).toEqual([4, 'ERR_PIN_BLOCKED', []])
  })

  it('reads everything when the offset table is wrong, and says so', async () => {
    const setting = { stdin: codeBLines(person), card: { contentFaults: ['visual-face-offsets'] } } as const
    const { code, json } = await run('visual show --virtual --json --pin-stdin', setting)
    const { birthDate } = person.holder
    expect([code, json]).toEqual([
      0,
      expect.objectContaining({ birthDate, sex: 'female', expiry: person.cardExpiry, further: [] }),
    ])
    expect(sizes(json)).toEqual(face)
    expect(json.problems).toEqual([{ field: 'offsets', problem: 'offsets-do-not-fit', masked: '18 bytes' }])
  })

  it('shows the rest when fields and images cannot be read', async () => {
    const odd = Buffer.from('00')
    const changed = () =>
      cardWithFields(2, (fields) => [
        ...withField(fields, 0xdf27, odd).map(
          ([tag, value]) => [tag, [0xdf22, 0xdf29].includes(tag) ? odd : value] as const,
        ),
        [0xdf2b, Buffer.from('MIHON HANAKO')],
      ])
    const { code, json } = await run('visual show --json --pin-stdin', {
      stdin: codeBLines(person),
      transport: await changed(),
    })
    expect([code, json]).toEqual([
      0,
      expect.objectContaining({
        birthDate: null,
        sex: 'female',
        expiry: null,
        further: [
          { tag: 'DF2B', text: 'MIHON HANAKO', bytes: Buffer.from('MIHON HANAKO').toString('hex').toUpperCase() },
        ],
      }),
    ])
    expect(sizes(json)).toEqual(['name 320x40', 'address 320x80', 'security-code 24x12'])
    expect(json.problems).toEqual([
      { field: 'offsets', problem: 'offsets-do-not-fit', masked: '18 bytes' },
      { field: 'birthDate', problem: 'wrong-length', masked: '2 digits' },
      { field: 'photo', problem: 'not-an-image', masked: '2 digits' },
      { field: 'expiry', problem: 'wrong-length', masked: '2 digits' },
    ])
    const keys = codeBLines(person)
      .trim()
      .split('\n')
      .map((part) => `${part}\r`)
    const { out } = await run('visual show --lang en', { keys, transport: await changed() })
    expect(out).toMatch(/Birth date +\(unreadable: wrong length\)[\s\S]+Photo +\(unreadable: not an image\)/)
    expect(out).toMatch(/Further field DF2B +MIHON HANAKO/)
    const photo = ['visual', 'photo', '--out', join(folder, 'photo.jp2'), '--json', '--pin-stdin']
    const refused = await run(photo, { stdin: codeBLines(person), transport: await changed() })
    expect([refused.code, refused.json.error.code]).toEqual([1, 'ERR_CARD_DATA'])
    expect(await readdir(folder)).toEqual([])
  })

  it('keeps the card face when the image of the number cannot be read', async () => {
    const transport = await cardWithFields(5, (fields) => withField(fields, 0xdf41, Buffer.from('123456789018')))
    const line = 'visual show --with code-a --json --pin-stdin'
    const { code, json, everything } = await run(line, { stdin: codeA, transport })
    expect([code, json.birthDate]).toEqual([0, person.holder.birthDate])
    expect(sizes(json)).toEqual(face)
    expect(json.problems).toEqual([{ field: 'numberImage', problem: 'not-an-image', masked: '12 digits' }])
    expect(everything).not.toContain('123456789018')
  })

  it('reports that the files of a Juki card are not known', async () => {
    const line = 'visual show --with birth-date --virtual --virtual-kind juki --json --pin-stdin'
    const { code, json } = await run(line, { stdin: '1990-02-17\n' })
    expect([code, json.error.code]).toEqual([1, 'ERR_FILE_NOT_FOUND'])
  })
})

describe('visual photo', () => {
  it('writes the photo as the card has it', async () => {
    const out = join(folder, 'photo.jp2')
    const argv = ['visual', 'photo', '--out', out, '--virtual', '--json', '--pin-stdin']
    const { code, json } = await run(argv, { stdin: codeBLines(person) })
    expect([code, json]).toEqual([0, expect.objectContaining({ id: 'photo', format: 'jp2', width: 240, out })])
    expect((await readFile(out)).length).toBe(json.bytes)
  })

  it('reports that it cannot be written, without the path', async () => {
    const out = join(folder, 'no', 'where')
    const argv = ['visual', 'photo', '--out', out, '--virtual', '--json', '--pin-stdin']
    const { code, json, everything } = await run(argv, { stdin: codeBLines(person) })
    expect([code, json.error.code]).toEqual([1, 'ERR_FILE'])
    expect(everything).not.toContain(out)
  })
})

describe('visual verify', () => {
  it.each([
    ['birth-date', '1990-02-17\n', ['birth-record']],
    ['code-a', codeA, ['card-face', 'number-image']],
  ] as const)('finds what %s opens authentic', async (code, stdin, records) => {
    const outcome = await run(`visual verify --with ${code} --virtual --json --pin-stdin`, { stdin })
    expect([outcome.code, outcome.json.authentic]).toEqual([0, true])
    const signed = outcome.json.checks.filter(
      ({ check, result }: Record<string, string>) => check === 'record-signature' && result === 'passed',
    )
    expect(signed.map(({ of }: { of: string }) => of)).toEqual(records)
    expect(outcome.json.roots).toEqual([{ key: '9000023/000', hierarchy: 'virtual', application: 'visual' }])
  })

  it('writes images of an authentic card only', async () => {
    const argv = ['visual', 'verify', '--virtual', '--out', join(folder, 'good'), '--json', '--pin-stdin']
    const good = await run(argv, { stdin: codeBLines(person) })
    expect([good.code, sizes(good.json)]).toEqual([0, face])
    expect(await readdir(join(folder, 'good'))).toHaveLength(4)
    argv[4] = join(folder, 'bad')
    const bad = await run(argv, { stdin: codeBLines(person), card: { contentFaults: ['visual-key-copied'] } })
    expect([bad.code, bad.json.error.code, bad.json.images]).toEqual([1, 'ERR_AUTHENTICITY', []])
    expect(await readdir(folder)).toEqual(['good'])
  })

  it.each([
    ['visual-photo-of-other-card', 'record-signature, card-face: wrong-signature'],
    ['visual-signature-of-other-card', 'record-signature, card-face: wrong-signature'],
    ['visual-expiry-changed', 'same-expiry, card: differs'],
    ['visual-face-offsets', 'record-signature, card-face: malformed'],
    ['visual-certificate-forged', 'issuer-certificate, visual: wrong-signature'],
  ] as const)('refuses %s', async (fault, message) => {
    const card = { contentFaults: [fault] }
    const { code, json } = await run('visual verify --virtual --json --pin-stdin', { stdin: codeBLines(person), card })
    expect([code, json.error.message]).toEqual([1, expect.stringContaining(message)])
  })
})

describe('--png, in a process of its own as the decoder is', () => {
  it('makes a PNG of the photo', async () => {
    const out = join(folder, 'photo.png')
    const argv = ['visual', 'photo', '--with', 'code-a', '--png', '--out', out, '--virtual', '--json', '--pin-stdin']
    const { code, stdout } = await runProgram(process.execPath, [commandLine, ...argv], { input: codeA })
    expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ ok: true, format: 'png', width: 240 })])
    expect((await readFile(out)).subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a')
  })
})
