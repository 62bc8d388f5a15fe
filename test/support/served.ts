import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { freePort } from '../../src/cli/demo/server-process.ts'
import { prepareEvaluation } from '../../src/server-test/index.ts'
import { commandLine } from './slot.ts'

/** A folder with the PKI of an evaluation and settings for `jpki-card serve`. */
export class ServerFolder implements AsyncDisposable {
  readonly path: string
  readonly port: number
  #settings: Record<string, unknown>

  private constructor(path: string, port: number) {
    this.path = path
    this.port = port
    this.#settings = {
      origin: this.url,
      listen: { port },
      terminals: { by: 'network' },
      anchors: 'anchors',
      hierarchies: ['virtual'],
      revocation: { mode: 'required', lists: 'lists' },
      purposes: ['evaluation-1', 'evaluation-2'],
      challengeSeconds: 5,
      pseudonymKey: 'pseudonym.key',
      limits: { perTerminal: false, perAddress: false },
    }
  }

  static async make(): Promise<ServerFolder> {
    const path = await mkdtemp(join(tmpdir(), 'jpki-card-serve-'))
    await prepareEvaluation(path)
    await writeFile(join(path, 'pseudonym.key'), '07'.repeat(32), { mode: 0o600 })
    return new ServerFolder(path, await freePort())
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  file(name: string): string {
    return join(this.path, name)
  }

  read(name: string): Promise<string> {
    return readFile(this.file(name), 'utf8')
  }

  /** Writes the settings, with some of them changed. @returns the path. */
  async settings(changes: Readonly<Record<string, unknown>> = {}): Promise<string> {
    this.#settings = { ...this.#settings, ...changes }
    await writeFile(this.file('server.json'), JSON.stringify(this.#settings))
    return this.file('server.json')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true })
  }
}

/** `jpki-card serve` in a process of its own. */
export class Served implements AsyncDisposable {
  readonly child: ChildProcess
  /** What it wrote, by line. */
  readonly lines: string[] = []
  /** What it wrote to standard error. */
  written = ''

  private constructor(child: ChildProcess) {
    this.child = child
  }

  /** Starts it and waits until it listens. @throws Error with what it wrote, when it ends before. */
  static async start(settings: string): Promise<Served> {
    const child = spawn(process.execPath, [commandLine, 'serve', settings, '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const served = new Served(child)
    child.stderr!.on('data', (part) => {
      served.written += part
    })
    const lines = createInterface({ input: child.stdout! })
    lines.on('line', (line) => served.lines.push(line))
    const ended = once(child, 'close').then(() => {
      throw new Error(`it ended at once: ${served.lines.join('\n')} ${served.errors}`)
    })
    ended.catch(() => {})
    await Promise.race([once(lines, 'line'), ended])
    if (!served.lines[0]!.includes('listening')) await ended
    return served
  }

  /** What it wrote to standard error, but for the states of its parts, which a trial has some of. */
  get errors(): string {
    return this.written.replaceAll(/^\{[^\n]*"event":"condition"[^\n]*\n/gm, '')
  }

  /** @returns its exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const { child } = this
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'close')
      child.kill(signal)
      await ended
    }
    return child.exitCode
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('SIGKILL')
  }
}
