import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const src = join(root, 'src')
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))

/** What each folder may import besides itself and the leaves `errors.ts` and `bytes.ts`. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  apdu: [],
  tlv: [],
  transport: [],
  x509: [],
  path: ['x509'],
  revocation: ['x509'],
  validity: [],
  trust: ['x509', 'path', 'revocation', 'validity'],
  card: ['apdu', 'tlv', 'transport'],
  transcript: ['apdu', 'transport'],
  jpki: ['card', 'apdu', 'tlv', 'x509'],
  juki: ['card', 'apdu', 'tlv', 'x509'],
  identify: ['jpki', 'juki', 'card', 'apdu'],
  emulator: ['transport'],
  token: ['x509'],
  audit: [],
  server: ['token', 'trust', 'validity', 'x509', 'audit'],
  layout: [],
  issuance: ['layout', 'card', 'apdu', 'tlv'],
  stripe: ['layout'],
  services: ['identify', 'jpki', 'juki', 'issuance', 'stripe', 'layout', 'token', 'validity', 'card'],
  messages: [],
  kiosk: ['identify', 'jpki', 'juki', 'card', 'transport'],
  field: ['identify', 'jpki', 'juki', 'card', 'apdu', 'trust', 'validity', 'x509', 'transport'],
  'municipal-pin': ['server', 'audit'],
  http: ['server', 'token'],
  evaluate: ['token', 'emulator'],
  cli: [
    'apdu',
    'tlv',
    'transport',
    'x509',
    'card',
    'transcript',
    'jpki',
    'juki',
    'identify',
    'emulator',
    'path',
    'revocation',
    'trust',
    'validity',
    'token',
    'audit',
    'server',
    'municipal-pin',
    'http',
    'evaluate',
    'layout',
    'issuance',
    'stripe',
    'services',
    'messages',
    'kiosk',
    'field',
  ],
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8')
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1]!)
}

describe('imports go one way', () => {
  test('every folder of src/ has its rule', () => {
    const folders = new Set(files.filter((file) => file.includes('/')).map((file) => file.split('/')[0]!))
    expect([...folders].sort()).toEqual(Object.keys(allowed).sort())
  })

  for (const file of files) {
    test(`src/${file} imports only what its folder may`, () => {
      const folder = file.includes('/') ? file.split('/')[0]! : undefined
      for (const specifier of importsOf(file).filter((name) => name.startsWith('.'))) {
        const target = relative(src, join(src, dirname(file), specifier))
        const [first] = target.split('/')
        if (folder === undefined) {
          expect(file, `${file} imports ${specifier}`).toBe('index.ts')
          continue
        }
        const leaf = ['errors.ts', 'bytes.ts'].includes(target) || (target === 'server/health.ts' && folder === 'audit')
        // Below the command line a transport is known by its interface only.
        const interfaceOnly = first !== 'transport' || folder === 'cli' || target === 'transport/connection.ts'
        const fine = leaf || first === folder || (allowed[folder]!.includes(first!) && interfaceOnly)
        expect(fine, `${file} imports ${specifier}`).toBe(true)
      }
    })
  }

  test('only src/transport/pcsc/load-binding.ts loads what it is told by name: the PC/SC bindings', () => {
    const loads = /\bimport\((?!\s*['"])|createRequire|\brequire\(/
    const loaders = files.filter((file) => loads.test(readFileSync(join(src, file), 'utf8')))
    expect(loaders).toEqual(['transport/pcsc/load-binding.ts'])
  })

  test('the PKI toolkit is imported in src/pki/x509 and src/emulator only', () => {
    for (const file of files) {
      for (const specifier of importsOf(file)) {
        expect(specifier).not.toMatch(/^(pcsclite|pcsc-mini)/)
        if (/^(pkijs|asn1js|@peculiar\/)/.test(specifier)) expect(file).toMatch(/^(x509|emulator)\//)
      }
    }
  })
})
