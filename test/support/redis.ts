import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../src/cli/demo/server-process.ts'
import { freeze } from './freeze.ts'

/** A redis-server of this test's own, in a temporary folder and on a free port. */
export class Redis {
  readonly port: number
  readonly url: string
  readonly #folder: string
  readonly #options: readonly string[]
  readonly #first: readonly string[]
  #child: ChildProcess | undefined

  /** @param first what stands before all options: a file of settings, `--sentinel`. */
  constructor(port: number, options: readonly string[], first: readonly string[] = []) {
    this.port = port
    this.url = `redis://127.0.0.1:${port}`
    this.#folder = mkdtempSync(join(tmpdir(), 'jpki-card-redis-'))
    this.#options = options
    this.#first = first
  }

  async start(): Promise<void> {
    const { port } = this
    const own = ['--port', String(port), '--bind', '127.0.0.1', '--dir', this.#folder]
    const kept = this.#first.includes('--sentinel') ? [] : ['--save', '']
    const given = [...this.#first, ...own, ...kept, ...this.#options]
    const child = spawn('redis-server', given, { stdio: 'ignore' })
    this.#child = child
    const failed = once(child, 'error').then(([error]) => Promise.reject(error))
    failed.catch(() => {})
    for (let attempt = 0; attempt < 500; attempt++) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error('redis-server ended at once')
      if ((await Promise.race([this.command('PING').catch(() => ''), failed])) === '+PONG') return
      await sleep(10)
    }
    throw new Error('redis-server does not answer')
  }

  /** Ends it and waits until it is gone. What is on its disk stays. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGKILL'): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGCONT')
    child.kill(signal)
    await ended
  }

  /** Lets it hang until {@link thaw}. */
  freeze(): Promise<void> {
    return freeze(this.#child)
  }

  thaw(): void {
    this.#child?.kill('SIGCONT')
  }

  async remove(): Promise<void> {
    await this.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** Sends one command over a connection of its own. @returns the answer as it comes, without its line feeds at the end. */
  async command(...words: readonly string[]): Promise<string> {
    const socket = connect(this.port, '127.0.0.1')
    try {
      await once(socket, 'connect')
      socket.write(`*${words.length}\r\n${words.map((w) => `$${Buffer.byteLength(w)}\r\n${w}\r\n`).join('')}`)
      const [answer] = await once(socket, 'data')
      return String(answer).trimEnd()
    } finally {
      socket.destroy()
    }
  }
}

/** Starts one. @param options further ones, `--appendonly`, `yes`. */
export async function startRedis(...options: readonly string[]): Promise<Redis> {
  const redis = new Redis(await freePort(), options)
  await redis.start().catch(async (error) => {
    await redis.remove()
    throw error
  })
  return redis
}
