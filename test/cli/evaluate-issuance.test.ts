import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { freePort } from '../../src/cli/demo/server-process.ts'
import { verifyAuditLog } from '../../src/server/audit/verify.ts'
import { type ControlCommands, issuanceCases, townPaths } from '../../src/server-test/index.ts'
import { ServerFolder } from '../support/served.ts'
import { commandLine } from '../support/slot.ts'
import { run } from './harness.ts'

const script = fileURLToPath(new URL('../support/control.mjs', import.meta.url))
const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ')

/** A trial installation: settings, the address of its town, and commands that end and start its parts. */
class Trial {
  readonly folder: ServerFolder
  readonly town: string

  private constructor(folder: ServerFolder, town: string) {
    this.folder = folder
    this.town = town
  }

  static async make(store: object): Promise<Trial> {
    const folder = await ServerFolder.make()
    const town = `127.0.0.1:${await freePort()}`
    const registers = (['residents', 'copy'] as const).map((name) => ({
      name,
      url: `http://${town}${townPaths[name]}`,
    }))
    const composer = { url: `http://${town}${townPaths.composer}` }
    const token = 'token-of-a-clerk-1'
    const sha256 = createHash('sha256').update(token).digest('hex')
    await writeFile(folder.file('clerks.json'), JSON.stringify([{ name: 'clerk-1', sha256 }]))
    await writeFile(folder.file('clerk.token'), `${token}\n`, { mode: 0o600 })
    await folder.settings({
      store,
      clerks: 'clerks.json',
      audit: { file: 'audit.jsonl' },
      issuance: { registers, composer, documents: ['evaluation'], lifetimeSeconds: 10, outcomeSeconds: 30 },
    })
    return new Trial(folder, town)
  }

  /** A command of --control. */
  command(action: 'start' | 'kill' | 'stop', name: string, ...words: readonly string[]): string {
    return quoted([process.execPath, script, action, this.folder.path, name, ...words])
  }

  start(name: string, settings = 'server.json'): string {
    return this.command('start', name, process.execPath, commandLine, 'serve', this.folder.file(settings), '--json')
  }

  /** Runs a command; one that starts a server is waited for. */
  async run(command: string): Promise<void> {
    expect(spawnSync('sh', ['-c', command]).status).toBe(0)
    const isServer = command.includes("'serve'")
    for (let attempt = 0; isServer && attempt < 200; attempt++) {
      const { status } = await fetch(`${this.folder.url}/readyz`).catch(() => ({ status: 0 }))
      if (status === 200) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  /** The option --control. */
  async control(commands: ControlCommands): Promise<readonly string[]> {
    await writeFile(this.folder.file('control.json'), JSON.stringify(commands))
    return ['--control', this.folder.file('control.json')]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { path } = this.folder
    for (const file of readdirSync(path).filter((name) => name.endsWith('.pid'))) {
      spawnSync('sh', ['-c', this.command('kill', file.replace('.pid', ''))])
    }
    await this.folder[Symbol.asyncDispose]()
  }
}

interface Found {
  readonly id: string
  readonly result: string
  readonly reason: string
  readonly came: string
}

/** Evaluates a trial. @returns the exit code, the number of cases passed, and what is not passed. */
async function evaluated(trial: Trial, only: readonly string[], more: readonly string[] = []) {
  const { folder, town } = trial
  const line = ['evaluate', 'issuance', folder.url, '--pki', folder.path, '--town', town, '--json', '--cases', '60']
  const { code, json } = await run([...line, ...more, ...only.flatMap((id) => ['--only', id])])
  const cases: readonly Found[] = json.cases
  const others = cases.filter(({ result }) => result !== 'passed')
  const shown = others.map(({ id, result, reason, came }) => `${id} ${result} ${reason} ${came}`)
  return { code, passed: json.counts.passed, others: shown }
}

const isControlled = (family: string): boolean => family === 'restart' || family === 'instances'
const idsOf = (controlled: boolean): readonly string[] =>
  issuanceCases.filter(({ family }) => isControlled(family) === controlled).map(({ id }) => id)

describe.concurrent('evaluate issuance against serve', { timeout: 180_000 }, () => {
  test('every case passes with SQLite that needs no command', async () => {
    await using trial = await Trial.make({ kind: 'sqlite' })
    await trial.run(trial.start('server'))
    const { folder } = trial
    const reports = ['--html', folder.file('report.html'), '--junit', folder.file('report.xml')]
    const all = idsOf(false)
    expect(await evaluated(trial, all, reports)).toEqual({ code: 0, passed: all.length, others: [] })
    expect(await folder.read('report.html')).toContain('I1, I3')
    expect(await folder.read('report.xml')).toContain('<testsuite name="simultaneous" tests="6" failures="0"')
    // Every case is in the audit log, completely.
    await trial.run(trial.command('stop', 'server'))
    const { entries } = await verifyAuditLog(folder.file('audit.jsonl'))
    expect(entries).toBeGreaterThan(all.length * 5)
  })

  test('every case passes with SQLite in which processes are killed, or instances differ', async () => {
    await using trial = await Trial.make({ kind: 'sqlite' })
    const { folder } = trial
    const other = { ...JSON.parse(await folder.read('server.json')), challengeSeconds: 60, audit: undefined }
    other.listen = { port: await freePort() }
    await writeFile(folder.file('other.json'), JSON.stringify(other))
    const second = ['--second', `http://127.0.0.1:${other.listen.port}`]
    const control = await trial.control({
      start: trial.start('server'),
      kill: trial.command('kill', 'server'),
      startOther: trial.start('other', 'other.json'),
      stopOther: trial.command('stop', 'other'),
    })
    await trial.run(trial.start('server'))
    const all = idsOf(true)
    expect(await evaluated(trial, all, [...control, ...second])).toEqual({
      code: 1,
      passed: all.length,
      // There is nothing to restart; the first case is always run.
      others: ['store-restarted not-run not-configured --control: restartStore'],
    })
  })

  test('cases pass with Redis that ends, and keeps what it has on its disk', async () => {
    await using trial = await Trial.make({ kind: 'redis', url: 'redis://127.0.0.1:0' })
    const { folder } = trial
    const port = await freePort()
    await folder.settings({ store: { kind: 'redis', url: `redis://127.0.0.1:${port}` } })
    const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', '', '--dir', folder.path]
    const start = trial.command('start', 'redis', 'redis-server', '--port', String(port), ...durable)
    const control = await trial.control({
      start: trial.start('server'),
      kill: trial.command('kill', 'server'),
      restartStore: `${trial.command('kill', 'redis')} && ${start}`,
    })
    await trial.run(start)
    await trial.run(trial.start('server'))
    const some = ['release', 'request', 'load'].flatMap((family) =>
      issuanceCases.filter((one) => one.family === family).map(({ id }) => id),
    )
    const all = [...some, 'killed-when-released', 'store-restarted', 'issue-at-the-end']
    expect(await evaluated(trial, all, control)).toEqual({ code: 0, passed: all.length + 1, others: [] })
  })
})
