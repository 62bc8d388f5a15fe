import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { installedPackages, installPacked, sizeOnDisk } from '../../scripts/lib/package.mjs'
import { greyPhoto } from '../support/photo.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const { peerDependencies, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, { readonly default: string } | string>>
}

describe('what an application installs by default', () => {
  let installed: ReturnType<typeof installPacked>
  beforeAll(() => {
    installed = installPacked()
  }, 300_000)
  afterAll(() => installed?.remove())

  const run = (...args: readonly string[]) =>
    spawnSync(process.execPath, args, { cwd: installed.application, encoding: 'utf8', timeout: 60_000 })

  test('takes at most 25 MB and holds no optional peer', () => {
    expect(sizeOnDisk(join(installed.application, 'node_modules')) / 2 ** 20).toBeLessThanOrEqual(25)
    const packages = installedPackages(installed.application)
    expect(packages).toContain('jpki-card')
    expect(packages.filter((name) => name in peerDependencies || name.startsWith('@redis/'))).toEqual([])
  })

  test('has examples and API reference', () => {
    for (const file of ['examples/virtual-card.mjs', 'docs/api.md', 'docs/bundling.md', 'CHANGELOG.md']) {
      expect(existsSync(join(installed.application, 'node_modules/jpki-card', file)), file).toBe(true)
    }
  })

  test('lets every entry point be imported, and required', () => {
    const names = Object.keys(exports).map((subpath) => `jpki-card${subpath.slice(1)}`)
    const entries = names.filter((name) => !name.endsWith('.json'))
    const imported = run('--input-type=module', '-e', entries.map((name) => `import '${name}'`).join('\n'))
    expect(imported).toMatchObject({ status: 0, stdout: '', stderr: '' })
    const required = run(
      '--input-type=commonjs',
      '--no-warnings',
      '-e',
      entries.map((name) => `require('${name}')`).join('\n'),
    )
    expect(required).toMatchObject({ status: 0, stdout: '', stderr: '' })
  })

  test('names what serve needs, with the command that installs it', () => {
    const program = 'node_modules/jpki-card/dist/cli/bin.js'
    expect(run(program, 'serve', 'prepare', 'trial', '--json').status).toBe(0)
    const { status, stderr, stdout } = run(program, 'serve', 'trial/server.json', '--json')
    expect(status, stderr).toBe(1)
    expect(`${stdout}${stderr}`).toMatch(
      /npm install zod@4 hono@4 @hono\/node-server@2 prom-client@15 libsql@0\.5(?! redis)/,
    )
  })

  test('names the package that decodes photos', () => {
    const code = `
      import { photoToPng } from 'jpki-card/card-face'
      const error = await photoToPng(new Uint8Array(Buffer.from(process.argv[1], 'base64'))).catch((error) => error)
      console.log(error.code, error.message)`
    const { stdout } = run('--input-type=module', '-e', code, greyPhoto)
    expect(stdout).toBe(
      'ERR_DEPENDENCY_MISSING the package @cornerstonejs/codec-openjpeg is not installed: npm install @cornerstonejs/codec-openjpeg@1\n',
    )
  })
})
