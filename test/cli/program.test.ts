import { spawn, spawnSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
let folder: string
let program: string

/** The program as it is published, compiled file by file: quicker than a build, and never stale. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jpki-card-'))
  const compilerOptions: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    verbatimModuleSyntax: true,
    rewriteRelativeImportExtensions: true,
  }
  for (const name of await readdir(join(root, 'src'), { recursive: true })) {
    if (!name.endsWith('.ts')) continue
    const text = await readFile(join(root, 'src', name), 'utf8')
    const target = join(folder, 'dist', name.replace(/\.ts$/, '.js'))
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, ts.transpileModule(text, { compilerOptions, fileName: name }).outputText)
  }
  await cp(join(root, 'package.json'), join(folder, 'package.json'))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  program = join(folder, 'dist/cli/bin.js')
}, 60_000)
afterAll(() => rm(folder, { recursive: true }))

const call = (...args: string[]) =>
  spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } })

describe('the program', () => {
  it('tells its version', async () => {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
    const { status, stdout } = call('--version')
    expect([status, stdout]).toEqual([0, `${version}\n`])
  })

  it('shows help, and exits 2 for an unknown command', () => {
    const help = call('--help')
    expect([help.status, help.stderr]).toEqual([0, ''])
    expect(help.stdout).toContain('Usage: jpki-card')
    const unknown = call('bogus')
    expect([unknown.status, unknown.stdout]).toEqual([2, ''])
    expect(unknown.stderr).toContain('unknown command bogus')
  })

  it('ends although standard input stays open', async () => {
    const child = spawn(process.execPath, [program, 'auth', '--challenge', '00', '--virtual', '--json', '--pin-stdin'])
    const parts: Buffer[] = []
    child.stdout.on('data', (part) => parts.push(part))
    child.stdin.write('4321\n')
    const status = await new Promise((resolve) => child.on('close', resolve))
    child.stdin.destroy()
    expect(status).toBe(4)
    expect(JSON.parse(Buffer.concat(parts).toString()).error.triesLeft).toBe(2)
  })

  it('ends quietly when nobody reads on', async () => {
    const child = spawn(process.execPath, [program, 'readers', '--watch', '--virtual'])
    const errors: Buffer[] = []
    child.stderr.on('data', (part) => errors.push(part))
    child.stdout.destroy()
    setTimeout(() => child.kill('SIGINT'), 4000)
    await new Promise((resolve) => child.on('close', resolve))
    expect(Buffer.concat(errors).toString()).toBe('')
  })

  it('takes SIGINT and SIGTERM while it emulates as its end', async () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const child = spawn(process.execPath, [program, 'emulate', '--port', '1', '--lang', 'en'])
      child.stderr.once('data', () => child.kill(signal))
      const status = await new Promise((resolve) => child.on('close', resolve))
      expect(status).toBe(0)
    }
  }, 90_000)
})
