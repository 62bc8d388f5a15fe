import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkProfile } from '../../src/municipal/application/load-profile.ts'
import { sharedFolder } from '../support/shared.ts'
import { run } from './harness.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'jpki-card-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const file = (content: Uint8Array | string): string => {
  const path = join(folder, 'file')
  writeFileSync(path, content)
  return path
}
/** Shift_JIS for 表, whose second byte is a backslash, in the second line. */
const shiftJis = Buffer.concat([Buffer.from('{\n "name": "'), Buffer.from([0x95, 0x5c]), Buffer.from('"}')])
const utf16 = Buffer.from('\ufeff[{"name": "x"}]', 'utf16le')

const server = 'auth --virtual --pin-stdin --server http://127.0.0.1:1 --terminal kiosk --purpose test'
const takers: readonly (readonly [string, (path: string) => string])[] = [
  ['a roots file', (path) => `text verify --virtual --pin-stdin --roots ${path}`],
  ['a fault script', (path) => `emulate --faults ${path}`],
  ['settings of a server', (path) => `serve ${path}`],
  ['terminals of an evaluation', (path) => `evaluate http://127.0.0.1:1 --pki ${folder} --terminals ${path}`],
  ['a transcript', (path) => `replay ${path} inspect`],
  ['a token file', (path) => `${server} --token-file ${path}`],
  ['a swipe', (path) => `stripe decode ${path}`],
  ['a CA of a server, PEM', (path) => `${server} --server-ca ${path}`],
  ['a certificate of a terminal, PEM', (path) => `${server} --client-cert ${path} --client-key ${path}`],
]

describe.each(takers)('%s', (_name, line) => {
  test('in Shift_JIS is ERR_FILE: not UTF-8, with line and column', async () => {
    const { code, err, out } = await run(`${line(file(shiftJis))} --lang en`, { stdin: '1234\n' })
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain('a file is not UTF-8 (line 2, column 11): save it as UTF-8')
    expect(err).toContain('(ERR_FILE)')
  })

  test('in UTF-16 is ERR_FILE that says so', async () => {
    const { code, err } = await run(`${line(file(utf16))} --lang en`, { stdin: '1234\n' })
    expect(code).toBe(1)
    expect(err).toMatch(/UTF-16.*UTF-8/)
    expect(err).toContain('(ERR_FILE)')
  })
})

test('the text on standard input of a swipe must be UTF-8, too', async () => {
  const { code, json } = await run('stripe decode --json', { stdin: new Uint8Array(shiftJis) })
  expect([code, json.error.code]).toEqual([1, 'ERR_FILE'])
})

test.each([
  ['DER', Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x00), 'DER'],
  ['an HTML page', '<html>', 'an HTML page'],
  ['base64 without armour', Buffer.alloc(90, 0x30).toString('base64'), 'base64 without the lines BEGIN and END'],
  ['JSON', '{}', 'another text'],
])('%s in place of PEM for TLS is ERR_FILE that says so', async (_name, content, what) => {
  const { code, json } = await run(`${server} --json --server-ca ${file(content)}`, { stdin: '1234\n' })
  expect([code, json.error.code]).toEqual([1, 'ERR_FILE'])
  expect(json.error.message).toContain(`not PEM but ${what}`)
})

test('keys of an evaluation that are not UTF-8 are ERR_CERTIFICATE with line and column', async () => {
  writeFileSync(join(folder, 'keys.json'), shiftJis)
  const { json } = await run(`evaluate http://127.0.0.1:1 --pki ${folder} --json`)
  expect(json.error).toMatchObject({
    code: 'ERR_CERTIFICATE',
    detail: 'keys.json is not UTF-8 (line 2, column 11)',
  })
})

const cases = sharedFolder('cases')
describe.skipIf(cases === undefined)('profiles of other encodings', () => {
  test.each(['profile-shift-jis.json', 'profile-shift-jis-5c.json'])(
    '%s: not UTF-8, with line and column',
    async (name) => {
      const { code, json } = await run(['profile', 'check', join(cases!, name), '--json'])
      expect([code, json.error.code]).toEqual([1, 'ERR_PROFILE'])
      expect(json.problems).toEqual([{ line: 4, column: 11, path: '', reason: 'not UTF-8: save the file as UTF-8' }])
      expect(json.error.detail).toBe('line 4, column 11: not UTF-8: save the file as UTF-8')
    },
  )

  test('profile-utf8.json has no mistake', async () => {
    expect((await run(['profile', 'check', join(cases!, 'profile-utf8.json')])).code).toBe(0)
  })

  test('UTF-16 is named, and text that lost characters when it was read is refused in their place', async () => {
    const text = readFileSync(join(cases!, 'profile-utf8.json'), 'utf8')
    const { json } = await run(['profile', 'check', file(Buffer.from(text, 'utf16le')), '--json'])
    expect(json.problems).toEqual([
      expect.objectContaining({ reason: 'not UTF-8, but UTF-16: save the file as UTF-8' }),
    ])
    const lossy = readFileSync(join(cases!, 'profile-shift-jis.json'), 'utf8')
    expect(checkProfile(lossy).problems).toContainEqual(
      expect.objectContaining({ line: 4, column: 11, reason: expect.stringContaining('the file is not UTF-8') }),
    )
  })
})
