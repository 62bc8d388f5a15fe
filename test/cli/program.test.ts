import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, openSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
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
    if (!name.endsWith('.ts') || name.endsWith('.d.ts')) continue
    const text = await readFile(join(root, 'src', name), 'utf8')
    const target = join(folder, 'dist', name.replace(/\.ts$/, '.js'))
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, ts.transpileModule(text, { compilerOptions, fileName: name }).outputText)
  }
  await cp(join(root, 'package.json'), join(folder, 'package.json'))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  program = join(folder, 'dist/cli/bin.js')
}, 180_000)
afterAll(() => rm(folder, { recursive: true }))

const call = (...args: string[]) =>
  spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } })

describe('the program', () => {
  it('shows its version', async () => {
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

  it('ends quietly when the reader of the pipe ends', async () => {
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

/** All that a child writes to one of its streams. */
async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of stream) parts.push(part as Buffer)
  return Buffer.concat(parts).toString()
}

const endOf = async (child: ChildProcess): Promise<readonly [code: number | null, signal: string | null]> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return [child.exitCode, child.signalCode]
}

const isLinux = process.platform === 'linux'

describe('the output of the program', () => {
  it
    .skipIf(!existsSync('/dev/full'))
    .each([['--version'], ['--help'], ['bogus', '--json'], ['readers', '--watch', '--virtual']])(
    'that cannot be written ends %s with ERR_FILE and 1',
    async (...args) => {
      const full = openSync('/dev/full', 'w')
      const child = spawn(process.execPath, [program, ...args, '--lang', 'en'], { stdio: ['ignore', full, 'pipe'] })
      const err = await textOf(child.stderr!)
      expect(await endOf(child)).toEqual([1, null])
      expect(err).toContain('the output cannot be written (ENOSPC)')
      expect(err).toContain('ERR_FILE')
      expect(err).not.toContain('    at ')
    },
    30_000,
  )

  it.skipIf(!isLinux)('that is written in part only is an error too', () => {
    const line = 'ulimit -f 1; exec "$0" "$1" --help >"$2"'
    const { status, stderr } = spawnSync('sh', ['-c', line, process.execPath, program, join(folder, 'part')], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
    })
    expect([status, stderr]).toEqual([1, expect.stringContaining('the output cannot be written (EFBIG)')])
  })

  it('is whole, however slow the reader', async () => {
    // A shell keeps the pipe, as Node empties that of a child by itself. Longer than the program takes, and than a process is
    // given to end whose output is written.
    const line = '"$0" "$1" smoke --virtual --rounds 30 --json | (sleep 8; cat)'
    const child = spawn('sh', ['-c', line, process.execPath, program])
    const text = await textOf(child.stdout)
    expect(text.length).toBeGreaterThan(65_536)
    expect(JSON.parse(text).ok).toBe(true)
    expect(await endOf(child)).toEqual([0, null])
  }, 90_000)

  it('that no one reads ends at the second signal', async () => {
    const child = spawn(process.execPath, [program, 'readers', '--watch', '--virtual', '--json'])
    await once(child.stdout, 'data')
    child.kill('SIGINT')
    expect(await endOf(child)).toEqual([0, null])
  }, 30_000)
})

describe('SIGHUP', () => {
  const watch = ['readers', '--watch', '--virtual'] as const

  it.skipIf(!isLinux)(
    'is ignored under nohup',
    async () => {
      const child = spawn('nohup', [process.execPath, program, ...watch], { stdio: ['ignore', 'pipe', 'ignore'] })
      await once(child.stdout, 'data')
      child.kill('SIGHUP')
      expect(await Promise.race([endOf(child), sleep(700, 'runs')])).toBe('runs')
      child.kill('SIGTERM')
      expect(await endOf(child)).toEqual([0, null])
    },
    30_000,
  )

  /** Runs the program in a terminal of its own, which is closed once the text was seen. */
  async function closeAt(seen: string, args: readonly string[], keys: string): Promise<string> {
    const code = join(folder, 'code')
    await rm(code, { force: true })
    // The shell outlives the terminal to write the exit code down; what it catches is not ignored in its child.
    const line = `trap : HUP; '${process.execPath}' '${program}' ${args.join(' ')} 2>'${folder}/terminal.err'; echo $? >'${code}'`
    const terminal = spawn('script', ['-qfc', line, '/dev/null'], { stdio: ['pipe', 'ignore', 'ignore'] })
    const text = async (name: string) => (existsSync(join(folder, name)) ? readFile(join(folder, name), 'utf8') : '')
    while (!(await text('terminal.err')).includes(seen)) await sleep(50)
    terminal.stdin.write(keys)
    await sleep(300)
    terminal.kill('SIGKILL')
    while ((await text('code')) === '') await sleep(50)
    return (await text('code')).trim()
  }

  it.skipIf(!isLinux || spawnSync('script', ['--version']).status !== 0)(
    'of a terminal closed at the PIN prompt ends with 129, and the PIN is in no message',
    async () => {
      const args = ['auth', '--challenge', '00', '--virtual', '--lang', 'en']
      expect(await closeAt('Enter the user-authentication PIN', args, '73')).toBe('129')
      const err = await readFile(join(folder, 'terminal.err'), 'utf8')
      expect(err).toContain('(ERR_ABORTED')
      expect(err).not.toMatch(/73|ERR_INTERNAL|Assertion|Native stack/)
    },
    60_000,
  )
})

describe('a program that caught the error of a missing smart card service', () => {
  const binding = `{ name: 'none', watch() { throw new Error('no service') }, connect() { throw new Error('no service') } }`

  it.each([
    ['in process', `openPcsc({ binding: ${binding} })`],
    ['isolated', `openPcsc({ isolated: { module: new URL('none.mjs', import.meta.url) } })`],
  ])(
    'ends by itself, the binding %s',
    async (_, open) => {
      await writeFile(join(folder, 'none.mjs'), `export default ${binding}`)
      const index = pathToFileURL(join(folder, 'dist/transport/pcsc/index.js')).href
      const calls = ['readers()', 'waitForCard()', 'waitForCard({ signal: AbortSignal.timeout(50) })', "connect('x')"]
      const lines = calls.map((call) => `await transport.${call}.catch(({ name }) => console.log(name))`)
      const text = `import { openPcsc } from '${index}'\nconst transport = await ${open}\n${lines.join('\n')}`
      await writeFile(join(folder, 'caught.mjs'), text)
      const { status, signal, stdout } = spawnSync(process.execPath, [join(folder, 'caught.mjs')], {
        encoding: 'utf8',
        timeout: 20_000,
      })
      expect([status, signal, stdout]).toEqual([0, null, 'TransportError\n'.repeat(calls.length)])
    },
    30_000,
  )
})
