import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Option } from '../../src/cli/arguments.ts'
import { commands } from '../../src/cli/commands.ts'
import { completionScript } from '../../src/cli/completion-script.ts'
import { nearest } from '../../src/cli/invocation.ts'
import { identifier, pinOptions } from '../../src/cli/options.ts'
import { displayWidth } from '../../src/cli/output.ts'
import { columns, markAlarms, wrap } from '../../src/cli/style.ts'
import { identifierPattern } from '../../src/token/index.ts'
import { run } from './harness.ts'

const src = fileURLToPath(new URL('../../src', import.meta.url))
const japanese = /[ぁ-んァ-ヶ一-龠]/

describe('the commands', () => {
  it('are those that the files below commands export, listed once', async () => {
    const files = readdirSync(join(src, 'cli/commands')).map((file) => join(src, 'cli/commands', file))
    const modules: readonly object[] = await Promise.all(files.map((file) => import(file)))
    const exported = modules.flatMap((module) => Object.values(module)).filter((value) => 'options' in value)
    expect(exported.map(({ name }) => name).sort()).toEqual(commands.map(({ name }) => name).sort())
    for (const command of commands) expect(exported).toContain(command)
    expect(new Set(commands.map(({ name }) => name)).size).toBe(commands.length)
  })

  it.each(commands)('$name says in both languages what it does, and has each option once', (command) => {
    const { name, options, required = [], help, notes, operands = [] } = command
    expect(name).toMatch(/^[a-z]+([ -][a-z]+)?$/)
    for (const text of [help, notes ?? help, ...options.map((option) => option.help)]) {
      expect(text.ja).toMatch(japanese)
      expect(text.en).not.toMatch(japanese)
      expect(text.en.trim()).not.toBe('')
    }
    expect(new Set(options.map((option) => option.name)).size).toBe(options.length)
    for (const option of required) expect(options).toContain(option)
    for (const operand of operands.slice(0, -1)) expect(operand).not.toMatch(/\.\.\./)
  })

  it('take a value for an option of one name, or none of them does', () => {
    const all = new Map<string, Option>()
    for (const option of commands.flatMap(({ options }) => options)) {
      const known = all.get(option.name) ?? option
      expect([option.name, option.meta === undefined]).toEqual([option.name, known.meta === undefined])
      all.set(option.name, known)
    }
    const names = [...all.keys()]
    const aliases = [...all.values()].flatMap((option) => option.aliases ?? [])
    expect(aliases.filter((alias) => names.includes(alias))).toEqual([])
  })

  it('share an option, as one value, where several have it with the same meaning', () => {
    const separate = new Map<string, Set<Option>>()
    for (const option of commands.flatMap(({ options }) => options)) {
      separate.set(option.name, (separate.get(option.name) ?? new Set()).add(option))
    }
    // A file or a folder; a purpose of a server, two of them, or one that the law names.
    const several = [...separate].filter(([, values]) => values.size > 1).map(([name]) => name)
    expect(several.sort()).toEqual(['out', 'purpose'])
  })

  it('name purposes and terminals as tokens do', () => {
    expect(identifier.source).toBe(identifierPattern.source)
  })

  it('load no room of the library before one is run', () => {
    const seen = new Set<string>()
    const visit = (file: string): void => {
      if (seen.has(file)) return
      seen.add(file)
      const text = readFileSync(join(src, file), 'utf8')
      for (const [, clause, name] of text.matchAll(/^(?:import|export) ([^;'"]*?)from '(\.[^']+)'/gm)) {
        if (!clause!.startsWith('type ')) visit(relative(src, join(src, dirname(file), name!)))
      }
    }
    for (const file of ['cli/main.ts', 'cli/commands.ts', 'cli/invocation.ts']) visit(file)
    // Leaves only: what is beyond them takes a multiple of the time of an empty process.
    const rooms = new Set([...seen].map((file) => file.split('/')[0]))
    expect([...rooms].sort()).toEqual(['bytes.ts', 'cli', 'errors.ts', 'outcomes.ts', 'pins.ts', 'report'])
  })
})

describe('help', () => {
  it('is the same by command and by option', async () => {
    for (const name of ['auth', 'pin change', 'record']) {
      const asked = await run(`help ${name}`)
      expect([asked.code, asked.out]).toEqual([0, (await run(`${name} --help`)).out])
    }
    expect((await run('help')).out).toBe((await run('--help')).out)
  })

  it('lists a family, the common options, and refuses what is no command', async () => {
    expect((await run('help pin')).out).toMatch(/pin status[\s\S]*pin change/)
    const common = await run('help options')
    for (const option of pinOptions) expect(common.out).toContain(`--${option.name}`)
    const unknown = await run('help pin chnge')
    expect([unknown.code, unknown.err.includes('Did you mean: pin change?')]).toEqual([2, true])
    expect((await run('help 1234')).everything).not.toContain('1234')
  })

  it('puts the own options of a command before the common ones', async () => {
    const { out } = await run('soak --help')
    expect(out.indexOf('--hours')).toBeLessThan(out.indexOf('Common options'))
    expect(out.indexOf('Common options')).toBeLessThan(out.indexOf('--reader'))
  })

  it.each(['64', '80', '120'])('keeps within %s columns in both languages', async (width) => {
    for (const LANG of ['ja_JP.UTF-8', 'C']) {
      for (const name of ['', ...commands.map((command) => command.name)]) {
        const { out } = await run(`help ${name}`.trim(), { env: { LANG, COLUMNS: width } })
        for (const line of out.split('\n')) {
          // A form, as `--option VALUE`, is never broken.
          const breakable = !/^\s*(?:--|使い方|Usage|[a-z]+ [a-z|]+ {2})/.test(line)
          if (breakable) expect([line, displayWidth(line) <= Number(width)]).toEqual([line, true])
        }
      }
    }
  })

  it('as JSON has the same fields for every command', async () => {
    const general = (await run('--help --json')).json
    expect(general).toMatchObject({ ok: true, commands: commands.map(({ name }) => ({ name })) })
    const fields = ['ok', 'command', 'usage', 'help', 'notes', 'operands', 'session', 'options']
    for (const { name, options } of commands) {
      const { code, json } = await run(`${name} --help --json`)
      expect([code, Object.keys(json)]).toEqual([0, fields])
      expect(json.options.map((option: { name: string }) => option.name)).toEqual(options.map((option) => option.name))
      for (const option of json.options) {
        expect(Object.keys(option)).toEqual([
          'name',
          'form',
          'value',
          'choices',
          'several',
          'help',
          'required',
          'common',
        ])
      }
    }
    expect((await run('--version --json')).json).toEqual({ ok: true, version: expect.stringMatching(/^\d/) })
  })
})

describe('a word that is nearly right', () => {
  it.each([
    ['verfy c.der', 'verify'],
    ['inpsect', 'inspect'],
    ['pin stats', 'pin status'],
    ['inspect --jsn', '--json'],
    ['inspect --virtul', '--virtual'],
    ['text atributes', 'text attributes'],
  ])('%s is answered with what may be meant', async (line, meant) => {
    const { code, err } = await run(line)
    expect([code, err.includes(`Did you mean: ${meant}`)]).toEqual([2, true])
    expect((await run(`${line} --lang ja`)).err).toContain(`もしかして: ${meant}`)
    expect(Object.keys((await run(`${line} --json`)).json)).toEqual(['ok', 'error'])
  })

  it('is not guessed where nothing resembles it', async () => {
    expect(nearest('bogus', ['readers', 'inspect'])).toEqual([])
    expect((await run('bogus')).err).not.toContain('mean')
    expect((await run('1234')).err).not.toContain('mean')
    expect(nearest('sgin', ['sign', 'soak', 'smoke'])).toEqual(['sign'])
  })
})

describe('--kind', () => {
  it('is understood by its former name, which help does not show', async () => {
    const now = await run('inspect --virtual --kind juki --json')
    expect(now.json.card.kind).toBe('juki')
    expect((await run('inspect --virtual --virtual-kind juki --json')).json).toEqual(now.json)
    expect((await run('inspect --help')).out).not.toContain('virtual-kind')
    expect((await run('inspect --kind juki')).err).toContain('--kind goes with --virtual only')
    expect((await run('inspect --virtual --kind juki --virtual-kind my-number')).code).toBe(2)
  })
})

describe('the answer of a command with a session', () => {
  it.each<readonly [line: string, stdin?: string]>([
    ['inspect'],
    ['card info'],
    ['services'],
    ['pin status'],
    ['validity'],
    ['juki status'],
    ['apdu 00200080'],
    ['certificate auth'],
    ['auth --challenge 00', '1234\n'],
    ['pin change --pin text', '1234\n5678\n'],
    ['text attributes', '1234\n'],
    ['text number --purpose tax', '1234\n'],
    ['text verify', '1234\n'],
    ['visual show --with birth-date', '1990-02-17\n'],
    ['visual verify --with birth-date', '1990-02-17\n'],
  ])('has reader, exchanges and how the card was cleared: %s', async (line, stdin) => {
    const asks = stdin === undefined ? '' : ' --pin-stdin'
    const { code, json } = await run(`${line} --virtual --json${asks}`, stdin === undefined ? {} : { stdin })
    expect([code, json.reader, json.clearedBy]).toEqual([0, 'Virtual Reader 0', 'select'])
    expect(json.exchanges).toBeGreaterThan(1)
  })
})

describe('text for a terminal', () => {
  it('is broken between words and between Japanese characters, never before a closing mark', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three'])
    expect(wrap('カードを読みます。', 10)).toEqual(['カードを読', 'みます。'])
    expect(wrap('カードを読みます。', 8)).toEqual(['カードを', '読みま', 'す。'])
    expect(wrap('「暗証番号」です', 10)).toEqual(['「暗証番', '号」です'])
    expect(wrap('supercalifragilistic', 5)).toEqual(['supercalifragilistic'])
    expect(wrap('', 5)).toEqual([])
  })

  it('has what does not fit beside a long name below it', () => {
    const rows = [
      ['--short', 'what it is'],
      ['--a-very-long-name-of-an-option FILE', 'what it is'],
    ] as const
    expect(columns(rows, 40)).toBe(
      '  --short  what it is\n  --a-very-long-name-of-an-option FILE\n           what it is\n',
    )
  })

  it('shows failures in red: whole cells only', () => {
    expect(markAlarms('FAILED  a FAILED b\n  FAILED\nok  FAILED  x\n', ['FAILED'])).toBe(
      '\x1b[31mFAILED\x1b[39m  a FAILED b\n  \x1b[31mFAILED\x1b[39m\nok  \x1b[31mFAILED\x1b[39m  x\n',
    )
  })

  it.each([
    [{}, true, true],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ TERM: 'dumb' }, true, false],
    [{}, false, false],
  ])('the label of an error with %j on a terminal %s: red %s', async (env, stderrTTY, isRed) => {
    const { err } = await run('bogus', { env: { LANG: 'C', ...env }, stderrTTY })
    expect(err.includes('\x1b[1;31mError\x1b[0m: unknown command bogus')).toBe(isRed)
    expect(err.includes('\x1b')).toBe(isRed)
  })
})

describe('completion', () => {
  it.each(['bash', 'zsh', 'fish'] as const)('for %s names every command and option', async (shell) => {
    const { code, out } = await run(`completion ${shell}`)
    expect(code).toBe(0)
    for (const { name, options } of commands) {
      for (const word of name.split(' ')) expect(out).toContain(word)
      for (const option of options) expect(out).toContain(shell === 'fish' ? `-l ${option.name}` : `--${option.name}`)
    }
    expect(out).not.toContain('virtual-kind')
  })

  it('refuses another shell without repeating it', async () => {
    const { code, everything } = await run('completion 1234')
    expect([code, everything.includes('1234')]).toEqual([2, false])
  })

  const hasBash = spawnSync('bash', ['--version']).status === 0
  const complete = (...words: string[]): readonly string[] => {
    const folder = mkdtempSync(join(tmpdir(), 'completion-'))
    const script = `${completionScript('bash', commands, 'en')}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${words.length - 1}
_jpki_card
printf '%s\\n' "\${COMPREPLY[@]}"\n`
    writeFileSync(join(folder, 'try.sh'), script)
    const { stdout, stderr } = spawnSync('bash', [join(folder, 'try.sh')], { encoding: 'utf8', cwd: folder })
    rmSync(folder, { recursive: true })
    expect(stderr).toBe('')
    return stdout.trim().split('\n')
  }

  it.skipIf(!hasBash)('completes commands, second words, options and values in bash', () => {
    expect(complete('jpki-card', 'in')).toEqual(['inspect'])
    expect(complete('jpki-card', 'pin', '')).toEqual(['status', 'change'])
    expect(complete('jpki-card', 'pin', 'change', '--pi')).toEqual(['--pin', '--pin-stdin'])
    expect(complete('jpki-card', 'pin', 'change', '--pin', 's')).toEqual(['sign'])
    expect(complete('jpki-card', 'certificate', 'sign')).toEqual(['sign', 'sign-ca'])
    expect(complete('jpki-card', 'serve', 'p')).toEqual(['prepare'])
    expect(complete('jpki-card', 'record', 'f', 'insp')).toEqual(['inspect'])
    expect(complete('jpki-card', 'record', 'f', 'pin', 'change', '--pin', 'j')).toEqual(['juki'])
    expect(complete('jpki-card', 'readers', '--wat')).toEqual(['--watch'])
  })

  const others = ['zsh', 'fish'] as const
  const there = others.filter((shell) => spawnSync(shell, ['--version']).status === 0)
  it.skipIf(there.length === 0)('is a script that the other shells take', () => {
    const folder = mkdtempSync(join(tmpdir(), 'jpki-card-completion-'))
    try {
      for (const shell of there) {
        const file = join(folder, shell)
        writeFileSync(file, completionScript(shell, commands, 'ja'))
        const { status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' })
        expect([status, stderr]).toEqual([0, ''])
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
