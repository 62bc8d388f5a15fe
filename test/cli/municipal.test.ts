import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { municipalStripe, packBits, type SwipeOptions, swipeStripe, typeStripes } from '../../src/emulator/index.ts'
import { identity } from '../support/virtual.ts'
import { cardInReader, run } from './harness.ts'

const example = (name: string): string =>
  fileURLToPath(new URL(`../../examples/profiles/${name}.json`, import.meta.url))
const juki = example('juki-example')
const freeArea = example('free-area-example')
const stripe = example('stripe-example')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jpki-card-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function written(name: string, text: string | Uint8Array): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, text)
  return file
}

/** An example profile with one part of its text replaced. */
async function changed(file: string, from: string, to: string): Promise<string> {
  const text = await readFile(file, 'utf8')
  expect(text).toContain(from)
  return written('changed.json', text.replace(from, to))
}

describe('issuance read', () => {
  it('reads the user id of a Juki card after its PIN', async () => {
    const { card, transport } = await cardInReader({ kind: 'juki' })
    const argv = ['issuance', 'read', '--profile', juki, '--json', '--pin-stdin']
    const { code, json, everything } = await run(argv, { stdin: '1234\n', transport })
    expect([code, json]).toEqual([
      0,
      expect.objectContaining({
        ok: true,
        userId: '200308250000170',
        municipalityCode: '999997',
        pinCheckedBy: 'card',
      }),
    ])
    expect(json.fields.kana).toBe('ｶｿｳ ﾊﾅｺ')
    expect(json.validity).toMatchObject({ years: 10 })
    expect([card.exchanges, card.verified('issuance')]).toEqual([json.exchanges, false])
    expect(everything).not.toContain('"1234"')
  })

  it('reads the free area of a My Number card without a PIN, whatever the obfuscation', async () => {
    for (const obfuscation of [0, 1, 2] as const) {
      const card = { issuance: { userId: '400012', obfuscation } }
      const { code, json } = await run(['issuance', 'read', '--profile', freeArea, '--virtual', '--json'], { card })
      expect([code, json.userId, json.pinCheckedBy]).toEqual([0, '000000000000400012', 'nobody'])
    }
  })

  it('shows a person what was read, and who checked the PIN', async () => {
    const argv = ['issuance', 'read', '--profile', juki, '--virtual', '--virtual-kind', 'juki', '--lang', 'ja']
    const { code, out, err } = await run(argv, { keys: ['1234\r'] })
    expect([code, out]).toEqual([0, expect.stringMatching(/利用者ID +200308250000170/)])
    expect(err).toMatch(
      /証明書等自動交付APの暗証番号を入力してください（残り回数 3 回、ここで入力できるのは 2 回）[\s\S]+カードが照合/,
    )
  })

  it('reports that the municipality keeps the PIN, and asks for none', async () => {
    const pin = '"pin": { "manager": "municipality", "digits": { "min": 4, "max": 4 }, "tries": 3 }'
    const profile = await changed(freeArea, '"pin": "none"', pin)
    const { code, json } = await run(['issuance', 'read', '--profile', profile, '--virtual', '--json'])
    expect([code, json.pinCheckedBy]).toEqual([0, 'municipality'])
  })

  it.each([
    ['check-digit', 'ERR_CARD_DATA'],
    ['cut', 'ERR_CARD_DATA'],
    ['municipality', 'ERR_WRONG_CARD'],
    ['digits', 'ERR_CARD_DATA'],
  ] as const)('names nothing of the holder when the content is wrong: %s', async (fault, expected) => {
    const card = { issuance: { faults: [fault] } }
    const argv = ['issuance', 'read', '--profile', juki, '--virtual', '--virtual-kind', 'juki', '--json', '--pin-stdin']
    const { code, json, everything } = await run(argv, { stdin: '1234\n', card })
    expect([code, json.error.code]).toEqual([1, expected])
    expect(everything).not.toMatch(/2003082500|88888/)
  })

  it('guards the PIN like any other', async () => {
    const argv = ['issuance', 'read', '--profile', juki, '--virtual', '--virtual-kind', 'juki', '--json', '--pin-stdin']
    const wrong = await run(argv, { stdin: '9999\n' })
    expect([wrong.code, wrong.json.error]).toEqual([
      4,
      expect.objectContaining({ code: 'ERR_PIN_REJECTED', pin: 'issuance', triesLeft: 2 }),
    ])
    const last = await run(argv, { stdin: '1234\n', card: { triesLeft: { issuance: 1 } } })
    expect([last.code, last.json.error.code]).toEqual([4, 'ERR_PIN_GUARDED'])
  })

  it('refuses a card without the application, and a profile with a mistake before the card', async () => {
    const other = await run(['issuance', 'read', '--profile', juki, '--virtual', '--json', '--pin-stdin'], {
      stdin: '1234\n',
    })
    expect([other.code, other.json.error.code]).toEqual([1, 'ERR_APPLICATION_NOT_FOUND'])
    const bad = await changed(juki, '"tries": 3', '"tries": 0')
    const { transport } = await cardInReader()
    const { code, json } = await run(['issuance', 'read', '--profile', bad, '--json'], { transport })
    expect([code, json.error.code]).toEqual([1, 'ERR_PROFILE'])
    const wrongKind = await run(['issuance', 'read', '--profile', stripe, '--virtual', '--json'])
    expect([wrongKind.code, wrongKind.json.error.code]).toEqual([1, 'ERR_PROFILE'])
  })
})

describe('profile check', () => {
  it.each([
    [juki, 'jpki-card/issuance-profile@1'],
    [freeArea, 'jpki-card/issuance-profile@1'],
    [stripe, 'jpki-card/stripe-profile@1'],
  ])('finds nothing wrong with %s', async (file, format) => {
    const { code, json } = await run(['profile', 'check', file, '--json'])
    expect([code, json]).toEqual([0, { ok: true, format, problems: [] }])
    const words = await run(['profile', 'check', file, '--lang', 'ja'])
    expect([words.code, words.out]).toEqual([0, `誤りはありません（${format}）。\n`])
  })

  it.each([
    [juki, '"tries": 3', '"tries": 0', 'pin.tries', 'must be an integer from 1 to 15'],
    [juki, '"aid": "F04A554B4945580001"', '"aid": "F04A"', 'aid', 'must be 5 to 16 bytes'],
    [stripe, '"track": "jis2"', '"track": "jis3"', 'track', 'must be one of iso1, iso2, iso3, jis2'],
  ])('reports line, column and reason: in %s %s as %s', async (file, from, to, path, reason) => {
    const bad = await changed(file, from, to)
    const before = (await readFile(bad, 'utf8')).split(to)[0]!.split('\n')
    const place = `${before.length}:${before.at(-1)!.length + to.indexOf(' ') + 2}`
    const { code, out, err } = await run(['profile', 'check', bad])
    expect([code, out]).toEqual([1, expect.stringContaining(`${place}  ${path}  ${reason}`)])
    expect(err).toContain('ERR_PROFILE')
    const { json } = await run(['profile', 'check', bad, '--json'])
    expect(json).toMatchObject({ ok: false, error: { code: 'ERR_PROFILE' } })
    const [problem] = json.problems
    expect([`${problem.line}:${problem.column}`, problem.path]).toEqual([place, path])
  })

  it('reports every error in the order of the file, and only the first syntax error', async () => {
    const two = await changed(await changed(juki, '"tries": 3', '"tries": 0'), '"aid": "F0', '"aid": "X0')
    const { json } = await run(['profile', 'check', two, '--json'])
    expect(json.problems.map(({ path }: { path: string }) => path)).toEqual(['aid', 'pin.tries'])
    const overlap = await run(['profile', 'check', await changed(stripe, '"offset": 7', '"offset": 6'), '--json'])
    expect(overlap.json.problems).toEqual([
      expect.objectContaining({ path: 'fields[1]', reason: 'overlaps fields[0]' }),
    ])
    const grammar = await run(['profile', 'check', await written('bad.json', '{\n  "a": 1\n  "b": 2,\n}')])
    expect([grammar.code, grammar.out]).toEqual([1, '3:3    a comma is expected\n'])
  })

  it.each([
    ['its own check digit', '"999997"', '"999998"', 'its check digit must be 7'],
    ['its size', '"999997"', '"99999"', 'the field cannot hold this value'],
    ['its character set', '"999997"', '"99999X"', 'the field cannot hold this value'],
  ])('a value of oneOf that can never pass %s is found in its place', async (_name, from, to, reason) => {
    const bad = await changed(juki, from, to)
    const before = (await readFile(bad, 'utf8')).split(to)[0]!.split('\n')
    const { code, json } = await run(['profile', 'check', bad, '--json'])
    expect([code, json.problems.length]).toEqual([1, 1])
    expect(json.problems[0]).toMatchObject({ line: before.length, column: before.at(-1)!.length + 1 })
    expect(json.problems[0].reason).toContain(reason)
  })

  it('mistakes of fields, places, results and cards are found in one round', async () => {
    const text = (await readFile(juki, 'utf8'))
      .replace('"juki"\n', '"jukis"\n')
      .replace('"cards": ["juki"]', '"cards": ["jukis"]')
      .replace('"tries": 3', '"tries": 0')
      .replace('"999997"', '"999998"')
      .replace('"userId": "userId"', '"userId": "nobody"')
      .replace('"years": 10', '"years": 0')
    const { json } = await run(['profile', 'check', await written('many.json', text), '--json'])
    expect(json.problems.map(({ path }: { path: string }) => path)).toEqual([
      'cards[0]',
      'pin.tries',
      'objects[0].fields[0].oneOf[0]',
      'result.userId',
      'validity.years',
    ])
  })

  it('a field with a mistake is not reported as missing where it is named', async () => {
    const bad = await changed(juki, '"id": "municipality"', '"size": 6, "id": "municipality"')
    const { json } = await run(['profile', 'check', bad, '--json'])
    expect(json.problems.map(({ path }: { path: string }) => path)).toEqual(['objects[0].fields[0].size'])
  })

  it('checks a profile with an invalid format as the most similar kind', async () => {
    const bad = await changed(stripe, 'stripe-profile@1', 'stripes-profile@1')
    const { json } = await run(['profile', 'check', bad, '--json'])
    expect([json.format, json.problems.map(({ path }: { path: string }) => path)]).toEqual([
      'jpki-card/stripe-profile@1',
      ['format'],
    ])
  })

  it.each([
    ['empty', ''],
    ['no JSON', 'profile'],
    ['a list', '[]'],
    ['deep', '['.repeat(100_000)],
    ['not UTF-8', Uint8Array.of(0xff, 0xfe, 0x00)],
    ['long', ' '.repeat(100_000)],
  ])('refuses a file that is none: %s', async (_, text) => {
    const { code, json } = await run(['profile', 'check', await written('bad.json', text), '--json'])
    expect([code, json.error.code, json.problems.length > 0]).toEqual([1, 'ERR_PROFILE', true])
  })

  it('refuses what is no file, or much too long', async () => {
    const none = await run(['profile', 'check', join(folder, 'none'), '--json'])
    expect([none.code, none.json.error.code]).toEqual([1, 'ERR_FILE'])
    const long = await run(['profile', 'check', await written('long.json', ' '.repeat(300_000)), '--json'])
    expect([long.code, long.json.error.code]).toEqual([1, 'ERR_FILE'])
  })
})

describe('stripe decode', () => {
  const swipe = async (options: Partial<SwipeOptions> = {}): Promise<Uint8Array> =>
    swipeStripe({ track: 'jis2', data: municipalStripe(await identity()), ...options })

  it('reads the fields of the municipality in either direction, bits or bytes in either order', async () => {
    for (const reversed of [false, true]) {
      const bits = await swipe({ reversed })
      const inputs: readonly (readonly [readonly string[], string])[] = [
        [['--form', 'bits'], bits.join('')],
        [['--form', 'hex', '--order', 'msb'], Buffer.from(packBits(bits, 'high')).toString('hex')],
        [['--form', 'hex', '--order', 'lsb'], Buffer.from(packBits(bits, 'low')).toString('hex').toUpperCase()],
      ]
      for (const [options, stdin] of inputs) {
        const argv = ['stripe', 'decode', ...options, '--profile', stripe, '--json']
        const { code, json } = await run(argv, { stdin: `${stdin.replaceAll(/.{40}/g, '$&\n')}\n` })
        expect([code, json.record.userId, json.record.fields.kana]).toEqual([0, '400001277', 'ｶｿｳ ﾊﾅｺ'])
        expect(json.tracks[0]).toMatchObject({ direction: reversed ? 'reverse' : 'forward', checked: true })
      }
    }
  })

  it('reads a file, and shows what it says', async () => {
    const file = await written('bits.txt', (await swipe()).join(''))
    const argv = ['stripe', 'decode', file, '--form', 'bits', '--profile', stripe]
    const ja = await run([...argv, '--lang', 'ja'])
    expect([ja.code, ja.out]).toEqual([
      0,
      expect.stringMatching(/順方向 +パリティとLRCは正常[\s\S]+利用者ID +400001277/),
    ])
    // SO and SI are no text for a terminal.
    expect([ja.out.includes('\x0e'), ja.out.includes('\x0f')]).toEqual([false, false])
  })

  it('reads what a keyboard reader types, Caps Lock and full-width forms undone', async () => {
    const typed = typeStripes({ iso1: 'B123^NAME', iso2: '123=456' }, { capsLock: true, fullWidth: true })
    const { code, json } = await run('stripe decode --json', { stdin: typed })
    expect(code).toBe(0)
    expect(json.tracks).toEqual([
      { track: 'iso1', direction: null, checked: false, data: 'B123^NAME', repaired: ['width', 'case'] },
      { track: 'iso2', direction: null, checked: false, data: '123=456', repaired: ['width'] },
    ])
    const caps = await run('stripe decode --track jis2 --caps-lock --json', { stdin: 'in99999\r\n' })
    expect(caps.json.tracks).toEqual([
      { track: 'jis2', direction: null, checked: false, data: 'IN99999', repaired: ['case'] },
    ])
  })

  it('takes one line at a terminal', async () => {
    const { PassThrough } = await import('node:stream')
    const typed = new PassThrough()
    typed.write('%ABC?\n')
    const { main } = await import('../../src/cli/main.ts')
    const out: string[] = []
    const code = await main(['stripe', 'decode', '--json'], {
      stdin: Object.assign(typed, { isTTY: true }),
      stdout: { write: (chunk) => out.push(String(chunk)) },
      stderr: { write: () => undefined },
      env: {},
      signal: new AbortController().signal,
    })
    expect([code, JSON.parse(out.join('')).tracks[0].data]).toEqual([0, 'ABC'])
  })

  it('reports tracks the reader could not read beside those it could', async () => {
    const { code, json } = await run('stripe decode --json', {
      stdin: typeStripes({ iso1: 'A', iso2: '1' }, { failing: ['iso2'] }),
    })
    expect([code, json.tracks.length]).toEqual([0, 1])
    expect(json.unreadable).toEqual([{ track: 'iso2', code: 'ERR_STRIPE', check: 'reader', character: 4 }])
    const none = await run('stripe decode --json', { stdin: typeStripes({}, { failing: ['iso1'] }) })
    expect([none.code, none.json.error.code]).toEqual([1, 'ERR_STRIPE'])
  })

  it('reports the position of an error, and nothing of the data', async () => {
    const bits = await swipe({ faults: [{ flip: 100 }] })
    const argv = ['stripe', 'decode', '--form', 'bits', '--track', 'jis2', '--json']
    const { code, json, everything } = await run(argv, { stdin: bits.join('') })
    expect([code, json.error.code, json.error.detail]).toEqual([
      1,
      'ERR_STRIPE',
      expect.stringMatching(/character \d+, bit \d+/),
    ])
    expect(everything).not.toContain('40000127')
    const data = municipalStripe(await identity(), { faults: ['check-digit'] })
    const field = await run([...argv, '--profile', stripe], { stdin: (await swipe({ data })).join('') })
    expect([field.code, field.json.error.detail]).toEqual([
      1,
      expect.stringContaining('number: the check digit is wrong'),
    ])
    expect(field.everything).not.toContain('40000127')
  })

  it.each([
    [['--form', 'bits', '--track', 'iso1'], '0102', '--form'],
    [['--form', 'bits', '--track', 'iso1'], '', '--form'],
    [['--form', 'hex', '--track', 'iso1', '--order', 'msb'], 'abc', '--form'],
    [['--form', 'hex', '--track', 'iso1'], 'abcd', '--order msb|lsb'],
    [['--form', 'bits'], '0101', '--track'],
  ])('refuses input that is not what %s says: %j', async (options, stdin, hint) => {
    const { code, json } = await run(['stripe', 'decode', ...options, '--json'], { stdin })
    expect([code, json.error.code, json.error.message]).toEqual([2, 'ERR_USAGE', expect.stringContaining(hint)])
  })

  it('bounds what it takes in', async () => {
    const { code, json } = await run('stripe decode --json', { stdin: 'x'.repeat(70_000) })
    expect([code, json.error.code]).toEqual([1, 'ERR_FILE'])
    const bits = await run('stripe decode --form bits --track iso1 --json', { stdin: '01'.repeat(2000) })
    expect([bits.code, bits.json.error.code]).toEqual([1, 'ERR_STRIPE'])
  })
})
