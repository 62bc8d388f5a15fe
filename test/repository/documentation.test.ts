import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { errorCodes } from '../../src/errors.ts'

const at = (path: string): URL => new URL(`../../${path}`, import.meta.url)
const text = (path: string): string => readFileSync(at(path), 'utf8')

describe('docs/errors.md', () => {
  // What is to be said beyond the table, which is generated, has a section; a code needs none.
  test('has every code in its table, and sections of codes only, each once', () => {
    const rows = [...text('docs/errors.md').matchAll(/^\| `(ERR_[A-Z_]+)` \|/gm)].map((match) => match[1])
    expect(rows).toEqual(expect.arrayContaining([...errorCodes, 'ERR_USAGE']))
    const headings = [...text('docs/errors.md').matchAll(/^### `(ERR_[A-Z_]+)`$/gm)].map((match) => match[1])
    expect(rows).toEqual(expect.arrayContaining(headings))
    expect(new Set(headings).size).toBe(headings.length)
  })

  test('every code is thrown somewhere', () => {
    const source = readdirSync(at('src'), { recursive: true, encoding: 'utf8' })
      .filter(
        (file) =>
          file.endsWith('.ts') &&
          file !== 'errors.ts' &&
          !file.startsWith('cli/messages') &&
          !file.startsWith('messages/'),
      )
      .map((file) => text(`src/${file}`))
      .join('\n')
    // Some classes have one code and set it themselves.
    const byClass: Record<string, string> = {
      ERR_WRONG_CARD: 'new WrongCardError(',
      ERR_STATE_NOT_CLEARED: 'new StateNotClearedError(',
      ERR_SIGNATURE_INVALID: 'new SignatureError(',
      ERR_VERIFICATION: 'new VerificationError(',
      ERR_AUDIT: 'new AuditError(',
      ERR_DEPENDENCY_MISSING: 'new DependencyError(',
      ERR_SERVER: 'new ServerError(',
      ERR_STRIPE: 'new StripeError(',
      ERR_PROFILE: 'new ProfileError(',
      ERR_SECURE_MESSAGING: 'new SecureMessagingError(',
    }
    const unused = errorCodes.filter((code) => !source.includes(byClass[code] ?? `'${code}'`))
    expect(unused).toEqual([])
  })
})

describe('documents', () => {
  const files = [
    ...readdirSync(at('docs'))
      .filter((file) => file.endsWith('.md'))
      .map((file) => `docs/${file}`),
    ...['README.md', 'README.ja.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'],
  ]
  const japanese = files.filter((file) => file.endsWith('.ja.md'))
  const withoutCode = (file: string): string => text(file).replaceAll(/^ *```[\s\S]*?^ *```$/gm, '')
  const headings = (file: string): readonly string[] => withoutCode(file).match(/^#+ .*$/gm) ?? []
  /** As the pages of repositories name their headings. */
  const anchors = (file: string): ReadonlySet<string> =>
    new Set(
      headings(file).map((heading) =>
        heading
          .replace(/^#+ /, '')
          .toLowerCase()
          .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
          .replaceAll(' ', '-'),
      ),
    )

  test.each(files)('%s: every local link leads to a file, and to a heading of it', (file) => {
    for (const [, path, anchor] of withoutCode(file).matchAll(/\]\((?!https?:)([^)#]*)#?([^)]*)\)/g)) {
      const target = path === '' ? at(file) : new URL(path!, at(file))
      expect(existsSync(target), `${file}: ${path}`).toBe(true)
      if (anchor === '') continue
      const name = target.pathname.slice(at('').pathname.length)
      expect(anchors(name).has(decodeURIComponent(anchor!)), `${file}: ${path}#${anchor}`).toBe(true)
    }
  })

  test('there are Japanese versions for those who run machines and servers', () => {
    const names = japanese.map((file) => file.replace(/^docs\//, '').replace('.ja.md', ''))
    const wanted = [
      'README',
      'bridge',
      'deployment',
      'emulator',
      'errors',
      'field-guide',
      'issuance',
      'issuance-desk',
      'kiosk',
      'kiosk-web',
      'messages',
      'server',
      'stripe',
      'validity',
    ]
    expect(names.toSorted()).toEqual(wanted.toSorted())
  })

  test.each(japanese)('%s and its English version link to each other and have the same parts and examples', (file) => {
    const english = file.replace('.ja.md', '.md')
    const top = (one: string): string => text(one).split('\n').slice(0, 4).join('\n')
    expect(top(file)).toContain(`[English](${english.replace('docs/', '')})`)
    expect(top(english)).toContain(`[日本語](${file.replace('docs/', '')})`)
    const levels = (one: string): readonly string[] => headings(one).map((heading) => heading.split(' ')[0]!)
    expect(levels(file)).toEqual(levels(english))
    const code = (one: string): readonly string[] =>
      [...text(one).matchAll(/^ *```\w*\n([\s\S]*?)^ *```$/gm)].map(([, lines]) =>
        lines!.replaceAll(/ *(\/\/|#) .*/g, '').replaceAll(/'[^'\n]*'/g, "''"),
      )
    expect(code(file)).toEqual(code(english))
    const rows = (one: string): number => withoutCode(one).match(/^ *\| /gm)?.length ?? 0
    expect(rows(file)).toBe(rows(english))
  })
})

describe('vectors', () => {
  const ajv = new Ajv({ allErrors: true })
  const files = readdirSync(at('vectors'), { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.json') && !file.startsWith('schema/'),
  )
  test.each(files)('%s fits its schema and says where it comes from', (file) => {
    const value = JSON.parse(text(`vectors/${file}`)) as { $schema?: string; origin: string }
    const name = file.startsWith('transcripts/')
      ? 'transcript'
      : value.$schema!.split('/').at(-1)!.replace('.schema.json', '')
    const valid = ajv.validate(JSON.parse(text(`vectors/schema/${name}.schema.json`)), value)
    expect(ajv.errors ?? [], file).toEqual([])
    expect(valid).toBe(true)
    expect(value.origin.length).toBeGreaterThan(10)
  })

  test('their README names every folder', () => {
    for (const folder of ['apdu', 'tlv', 'transcripts', 'validity', 'token', 'schema']) {
      expect(text('vectors/README.md')).toContain(`${folder}/`)
    }
  })
})

describe('package.json', () => {
  const { exports } = JSON.parse(text('package.json')) as { exports: Record<string, { default: string } | string> }
  test('every module comment names a subpath that exists, and every subpath has one', () => {
    const subpaths = Object.entries(exports).filter(([, target]) => typeof target === 'object')
    for (const [subpath, target] of subpaths) {
      const source = (target as { default: string }).default.replace('./dist/', 'src/').replace('.js', '.ts')
      expect(existsSync(at(source)), source).toBe(true)
      expect(text(source)).toContain(`@module jpki-card${subpath.slice(1)}`)
    }
  })
})
