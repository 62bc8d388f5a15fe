import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { problemsIn } from '../support/compiled.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const built = existsSync(`${root}dist/index.js`)

function run(file: string, input = '') {
  return spawnSync(process.execPath, [file], { cwd: root, encoding: 'utf8', timeout: 60_000, input })
}

/** What a reader of this computer would be: the same transport interface, with a virtual card in it. */
const pcscWithVirtualCard = `
import { createVirtualCard, VirtualTransport } from 'jpki-card/emulator'
export const openPcsc = async () => new VirtualTransport({ card: await createVirtualCard() })
`

/** The examples of a README: with a card reader, and with the virtual card. */
const examplesOf = (name: string): readonly string[] =>
  [...readFileSync(`${root}${name}`, 'utf8').matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code!)

describe('what the README shows', () => {
  const names = ['README.md', 'README.ja.md']
  // Inside the package its own name resolves to dist/ through package.json.
  const file = (name: string, i: number): string => `${root}.cache/readme/${name}-${i}.mjs`

  beforeAll(() => {
    expect(built, 'run `npm run build` first').toBe(true)
    mkdirSync(`${root}.cache/readme`, { recursive: true })
    writeFileSync(`${root}.cache/readme/pcsc.mjs`, pcscWithVirtualCard)
    for (const name of names) {
      for (const [i, code] of examplesOf(name).entries()) {
        writeFileSync(file(name, i).replace('.mjs', '.mts'), code)
        writeFileSync(file(name, i), code.replace("'jpki-card/pcsc'", "'./pcsc.mjs'"))
      }
    }
  })

  test.each(names)(
    'the example of %s with a reader has some 20 lines and runs, with the virtual card in it',
    (name) => {
      const [code] = examplesOf(name)
      expect(code).toContain("from 'jpki-card/pcsc'")
      expect(code!.trim().split('\n').length).toBeLessThanOrEqual(21)
      const { status, stdout, stderr } = run(file(name, 0), '1234\n')
      expect(stderr).toBe('')
      expect(stdout).toMatch(/my-number[\s\S]*RS256 256[\s\S]*true/)
      expect(status).toBe(0)
    },
  )

  test.each(names)('the example of %s with the virtual card has some 20 lines and runs', (name) => {
    const [, code] = examplesOf(name)
    expect(code!.trim().split('\n').length).toBeLessThanOrEqual(21)
    expect(run(file(name, 1))).toMatchObject({ status: 0, stderr: '', stdout: 'ERR_PIN_REJECTED 2\nRS256 256\n' })
  })

  test('the examples compile', () => {
    const files = names.flatMap((name) => examplesOf(name).map((_, i) => file(name, i).replace('.mjs', '.mts')))
    expect(problemsIn(files)).toEqual([])
  }, 60_000)

  test('both READMEs show the same examples', () => {
    const statements = (name: string) => examplesOf(name).map((code) => code.replaceAll(/\/\/.*|'[^']*'/g, '').trim())
    expect(statements('README.md')).toHaveLength(2)
    expect(statements('README.ja.md')).toEqual(statements('README.md'))
  })

  test('both begin with what it is, how it is installed, a reader, the virtual card, and a checkout', () => {
    const headings = (name: string) =>
      readFileSync(`${root}${name}`, 'utf8')
        .match(/^## .*$/gm)!
        .slice(0, 3)
    expect(headings('README.md')).toEqual(['## With a card reader', '## With the virtual card', '## From a checkout'])
    expect(headings('README.ja.md')).toEqual([
      '## カードリーダーを使う',
      '## 仮想カードを使う',
      '## リポジトリから実行する',
    ])
    for (const name of names) {
      const text = readFileSync(`${root}${name}`, 'utf8')
      expect(text.slice(0, text.indexOf('## '))).toContain('```sh\nnpm install jpki-card\n```')
    }
  })

  test('the example without a reader runs', () => {
    const { status, stdout, stderr } = run('examples/virtual-card.mjs')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain("auth { state: 'usable', triesLeft: 3 }")
  })

  test('the example of a kiosk serves every resident of a town, and is shown in docs/kiosk.md', () => {
    const { status, stdout, stderr } = run('examples/kiosk.mjs')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const ends = [...stdout.matchAll(/\n\d{4} ([\w-]+)\n[\s\S]*?\(kiosk: ([\w-]+), (\w+)/g)]
    expect(Object.fromEntries(ends.map(([, mood, kind, end]) => [mood, `${kind} ${end}`]))).toEqual({
      ordinary: 'my-number accepted',
      'renewal-window': 'my-number accepted',
      'certificate-expired': 'my-number refused',
      'card-expired': 'my-number refused',
      revoked: 'my-number refused',
      child: 'my-number accepted',
      'pin-blocked': 'my-number refused',
      'last-try': 'my-number refused',
      'face-authentication': 'face-authentication refused',
      residence: 'my-number accepted',
      'phone-android': 'phone-android accepted',
      'phone-iphone': 'phone-iphone accepted',
      'phone-iphone-unverified': 'phone-iphone refused',
      'registration-expired': 'juki refused',
    })
    const lines = readFileSync(`${root}examples/kiosk.mjs`, 'utf8').trim().split('\n')
    expect(lines.length).toBeLessThanOrEqual(40)
    for (const name of ['docs/kiosk.md', 'docs/kiosk.ja.md']) {
      const [, code] = /```js\n([\s\S]*?)```/.exec(readFileSync(`${root}${name}`, 'utf8'))!
      expect(code!.trim()).toBe(lines.slice(2).join('\n'))
    }
  }, 120_000)

  test.each(['issuance', 'stripe'])('the example %s runs, and shows nothing personal', (name) => {
    const { status, stdout, stderr } = run(`examples/${name}.mjs`)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain('userId: [personal]')
  })

  test.each(['sign-cms', 'sign-pdf'])('the example %s runs, and clears the card', (name) => {
    const { status, stdout, stderr } = run(`examples/${name}.mjs`)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(/verdict: passed[\s\S]*PIN cleared: true/)
  })

  test.each([
    ['sign', /certificate: true until/],
    ['auth', /accepted: [\w-]{43} until[\s\S]*ERR_NONCE_UNKNOWN/],
    ['juki', /juki ERR_PIN_REJECTED tries left: 2\njuki PIN changed[\s\S]*\[resident code\]/],
    ['text', /authentic: true[\s\S]*challenge text passed[\s\S]*\[individual number\] for tax/],
  ])('the example %s runs and clears the card', (name, wanted) => {
    const { status, stdout, stderr } = run(`examples/${name}.mjs`)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(wanted)
    expect(stdout).toContain('PIN cleared: true')
    expect(readFileSync(`${root}examples/${name}.mjs`, 'utf8').trim().split('\n').length).toBeLessThanOrEqual(40)
  })
})
