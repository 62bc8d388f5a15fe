import { describe, expect, it } from 'vitest'
import { checkedOptions, type Option, takeApart } from '../../src/cli/arguments.ts'
import { usageError } from '../../src/cli/cli-error.ts'
import { commands } from '../../src/cli/commands.ts'
import { crl, json, ocsp } from '../../src/cli/options.ts'
import { run } from './harness.ts'

describe('wrong usage', () => {
  it.each([
    'auth --pin=1234 --challenge 00 --virtual',
    'auth --pin 1234 --challenge 00 --virtual',
    'auth --challenge 00 --virtual 1234',
    'auth --challenge 00 --virtual -p1234',
    'auth --challenge 00 --virtual --1234',
    'auth --challenge 00 --password=1234',
    'auth --challenge 00 --pin1234',
    'auth --challenge 00 --pin-stdin=1234',
    'pin change --pin 1234',
    'pin change --pin=1234 --virtual',
    'text attributes --code-b=1234 --virtual',
    'text attributes --virtual --code-b 1234',
    'visual show --with 1234 --virtual',
    'visual show --with=1234 --virtual',
    'text number --purpose 1234 --virtual',
    'sign --key 1234 file',
    '1234',
    '--pin 1234',
    '--pin=1234',
    'record auth --pin=1234 auth --challenge 00',
    'record f auth --challenge 00 --pin 1234',
  ])('refuses %s without repeating the value', async (line) => {
    for (const lang of ['en', 'ja']) {
      const plain = await run([...line.split(' '), '--lang', lang])
      expect(plain.code).toBe(2)
      expect(plain.out).toBe('')
      expect(plain.everything).not.toContain('1234')
      const json = await run([...line.split(' '), '--lang', lang, '--json'])
      expect(json.code).toBe(2)
      expect(json.json).toMatchObject({ ok: false, error: { code: 'ERR_USAGE' } })
      expect(json.everything).not.toContain('1234')
    }
  })

  it.each([
    ['', 'no command'],
    ['bogus', 'unknown command bogus'],
    ['pin', 'pin status|change'],
    ['auth', '--challenge HEX'],
    ['auth --challenge', '--challenge HEX'],
    ['auth --challenge --json', '--challenge HEX'],
    ['auth --challenge 123', '--challenge HEX'],
    ['inspect --wait -1', '--wait SECONDS'],
    ['inspect --wait soon', '--wait SECONDS'],
    ['inspect --watch', '--watch'],
    ['inspect --json=yes', '--json'],
    ['emulate --port 70000', '--port PORT'],
    ['pin change --pin signature', '--pin auth|sign|text|juki|common'],
    ['pin change --pin SIGN', '--pin auth|sign|text|juki|common'],
    ['pin change --pin 署名', '--pin auth|sign|text|juki|common'],
    ['pin change --pin 1234', 'never taken from the command line'],
    ['pin change --pin １２３４', 'never taken from the command line'],
    ['sign f --key signature', '--key auth|sign'],
    ['pin change --pin auth --pin sign', 'more than once, with different values: --pin'],
    ['verify c.der --use auth --use sign', 'more than once, with different values: --use'],
    ['inspect --wait 1 --wait 2', 'more than once, with different values: --wait'],
    ['auth --challenge 00 --challenge 01', 'more than once, with different values: --challenge'],
    ['text number --purpose tax --purpose disaster', 'more than once, with different values: --purpose'],
    ['record f inspect --reader a --reader b', 'more than once, with different values: --reader'],
    ['inspect --frob', '--frob'],
    ['inspect extra', 'too many operands'],
    ['inspect --virtual-kind juki', '--virtual'],
    ['inspect --virtual --reader X', '--reader'],
    ['inspect --virtual --binding pcsclite', '--binding'],
    ['text', 'text attributes|number|verify'],
    ['card', 'card info'],
    ['text number --virtual', '--purpose NAME'],
    ['text number --purpose curiosity --virtual', 'social-security|tax|disaster|other-statute|ordinance|holder'],
    ['text number --purpose tax --virtual', '--pin-stdin'],
    ['text verify', '--roots FILE|known|known-test'],
    ['text verify --virtual --code-b --purpose tax', '--code-b, --purpose'],
    ['visual', 'visual show|photo|verify'],
    ['visual photo --virtual', '--out FILE'],
    ['visual photo --out f --with birth-date --virtual', '--with code-a|code-b'],
    ['visual verify --reader X', '--roots'],
    ['issuance read --virtual', '--profile FILE'],
    ['profile', 'profile check FILE'],
    ['profile check', 'FILE'],
    ['stripe', 'stripe decode [FILE]'],
    ['stripe decode --form bits', '--form'],
    ['services --channel street', '--channel convenience-store|municipal-machine|counter'],
    ['record f profile check g', 'recorded'],
    ['record f stripe decode', 'recorded'],
    ['certificate', 'auth|auth-ca|sign|sign-ca'],
    ['certificate other', 'auth|auth-ca|sign|sign-ca'],
    ['verify', 'CERT'],
    ['verify f --crl', '--crl FILE'],
    ['verify f --require-revocation=yes', '--require-revocation'],
    ['verify f --issue-date 2026-01-01', '--issue-date'],
    ['validity f g', 'too many operands'],
    ['validity --birth-date 1.1.1990', '--birth-date YYYY-MM-DD'],
    ['record f verify g', 'recorded'],
    ['sign f', '--key auth|sign'],
    ['sign --key sign', 'FILE'],
    ['sign - --key sign --pin-stdin', 'standard input'],
    ['record f', 'record FILE COMMAND'],
    ['record f demo', 'recorded'],
    ['record f record g inspect', 'recorded'],
    ['record f inspect --keep-all', '--virtual'],
    ['replay f inspect --keep-all', '--keep-all'],
    ['auth --challenge 00 --virtual', '--pin-stdin'],
  ])('reports the error of: %s', async (line, hint) => {
    const { code, everything } = await run(line === '' ? [] : line)
    expect(code).toBe(2)
    expect(everything).toContain(hint)
  })
})

describe('an option given twice', () => {
  it('counts as given last, or every time where it may be given several times', () => {
    const use: Option = { name: 'use', meta: 'KEY', help: { ja: '用途', en: 'use' } }
    const known = [crl, use, ocsp, json]
    const parse = (...argv: string[]) =>
      checkedOptions(takeApart(argv, known).tokens, known, [], () => usageError('unknown-option'))
    const options = parse('verify', 'f', '--crl', 'a', '--use', 'auth', '--crl=b', '--use', 'sign')
    expect(options.all(crl)).toEqual(['a', 'b'])
    expect(options.get(use)).toBe('sign')
    expect([options.all(ocsp), options.get(ocsp), options.has(ocsp)]).toEqual([[], undefined, false])
    expect(parse('verify', '--json', '--json').has(json)).toBe(true)
  })
})

describe('help', () => {
  it('lists every command in both languages', async () => {
    for (const lang of ['en', 'ja']) {
      const { code, out, err } = await run(`--help --lang ${lang}`)
      expect([code, err]).toEqual([0, ''])
      for (const { name } of commands) expect(out).toContain(`  ${name} `)
    }
  })

  it.each(commands)('shows the options of $name', async ({ name, options }) => {
    for (const lang of ['en', 'ja']) {
      const { code, out } = await run([...name.split(' '), '--help', '--lang', lang])
      expect(code).toBe(0)
      expect(out).toContain(`jpki-card ${name}`)
      for (const option of options) expect(out).toContain(`--${option.name}`)
    }
  })

  it.each([
    [{ LANG: 'ja_JP.UTF-8' }, 'ja'],
    [{ LC_ALL: 'C', LANG: 'ja_JP.UTF-8' }, 'en'],
    [{ LC_ALL: '', LC_MESSAGES: 'ja', LANG: 'de_DE' }, 'ja'],
    [{}, 'en'],
  ])('chooses the language by %j', async (env, language) => {
    const { out } = await run('--help', { env: env as Record<string, string> })
    expect(out.startsWith('使い方')).toBe(language === 'ja')
  })
})
