import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const built = existsSync(`${root}dist/index.js`)

function run(file: string) {
  return spawnSync(process.execPath, [file], { cwd: root, encoding: 'utf8', timeout: 60_000 })
}

describe('what the README shows', () => {
  test.each(['README.md', 'README.ja.md'])('the example of %s has some 20 lines and runs', (name) => {
    expect(built, 'run `npm run build` first').toBe(true)
    const [, code] = /```js\n([\s\S]*?)```/.exec(readFileSync(`${root}${name}`, 'utf8'))!
    expect(code!.trim().split('\n').length).toBeLessThanOrEqual(21)
    // Inside the package its own name resolves to dist/ through package.json.
    mkdirSync(`${root}.cache`, { recursive: true })
    const file = `${root}.cache/example-${name}.mjs`
    writeFileSync(file, code!)
    const { status, stdout, stderr } = run(file)
    expect(stderr).toBe('')
    expect(stdout).toMatch(/my-number[\s\S]*RS256 256[\s\S]*true/)
    expect(status).toBe(0)
  })

  test('both READMEs show the same example', () => {
    const statements = (name: string) =>
      /```js\n([\s\S]*?)```/
        .exec(readFileSync(`${root}${name}`, 'utf8'))![1]!
        .replaceAll(/\/\/.*|'[^']*'/g, '')
        .trim()
    expect(statements('README.ja.md')).toBe(statements('README.md'))
  })

  test('the example without a reader runs', () => {
    const { status, stdout, stderr } = run('examples/virtual-card.mjs')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain("auth { state: 'usable', triesLeft: 3 }")
  })

  test.each(['issuance', 'stripe'])('the example %s runs, and shows nothing personal', (name) => {
    const { status, stdout, stderr } = run(`examples/${name}.mjs`)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain('userId: [personal]')
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

  test('every local link leads somewhere', () => {
    for (const name of ['README.md', 'README.ja.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/architecture.md']) {
      const folder = name.includes('/') ? 'docs/' : ''
      for (const [, target] of readFileSync(`${root}${name}`, 'utf8').matchAll(/\]\((?!https?:)([^)#]+)/g)) {
        expect(existsSync(`${root}${folder}${target}`), `${name}: ${target}`).toBe(true)
      }
    }
  })
})
