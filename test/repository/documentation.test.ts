import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { errorCodes } from '../../src/errors.ts'

const at = (path: string): URL => new URL(`../../${path}`, import.meta.url)
const text = (path: string): string => readFileSync(at(path), 'utf8')

describe('docs/errors.md', () => {
  test('has one heading per code and no other', () => {
    const headings = [...text('docs/errors.md').matchAll(/^### `(ERR_[A-Z_]+)`$/gm)].map((match) => match[1])
    expect(headings.toSorted()).toEqual([...errorCodes, 'ERR_USAGE'].toSorted())
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
