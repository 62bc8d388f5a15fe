/** A trial installation of the built command line, as an operator makes one, and its evaluation: `evaluate issuance`. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../../dist/cli/bin.js', import.meta.url))
const processControl = fileURLToPath(new URL('process-control.mjs', import.meta.url))

/** Longest time until an instance is ready, and until every case has ended, milliseconds. */
const readyMs = 60_000
const endedMs = 60_000
/** Final states of a case. */
const ends = ['collected', 'refused', 'abandoned', 'expired', 'stopped']

/** The stores of `serve`. */
export const storeKinds = ['memory', 'sqlite', 'redis']

/** The audit log of an instance. */
const logOf = (name) => `audit-${name}.jsonl`

/** A command of the shell. */
const shell = (...words) => words.map((word) => `'${word}'`).join(' ')

/**
 * Settings of `evaluate prepare` for other addresses and a store; one or two instances with them, another one with a
 * different configuration, a redis-server where the store is Redis, and the commands that end and start them. All of it in a
 * temporary folder; processes are started and ended by their ids.
 */
export class Trial {
  /** Folder of `evaluate prepare`. */
  folder
  /** Address of the server under evaluation. */
  url
  #kind
  #town
  #second
  #redisPort
  /** Names of the instances that are always there. */
  #instances
  /** Of `--control`. */
  #control
  /** The evaluation under way. */
  #evaluating

  /** A folder of `evaluate prepare`. The caller removes it. */
  static async prepare() {
    const folder = await mkdtemp(join(tmpdir(), 'jpki-card-trial-'))
    const { code, err } = await run(process.execPath, [program, 'evaluate', 'prepare', folder])
    if (code !== 0) throw new Error(`evaluate prepare ended with ${code}: ${err}`)
    return folder
  }

  /**
   * @param kind - one of {@link storeKinds}.
   * @param options.prepared - a folder of {@link prepare} that is copied. Default: one of its own.
   * @param options.alone - one instance only. Default: two, unless the store is memory.
   * @param options.issuance - settings of issuing that differ from those of `evaluate prepare`.
   * @param options.arrange - what a broken installation has in place of the right one: receives the commands of `--control`
   *   and the trial, and returns the commands.
   */
  static async make(kind, { prepared, alone = false, issuance, arrange = (commands) => commands } = {}) {
    const trial = new Trial()
    trial.folder = prepared === undefined ? await Trial.prepare() : await mkdtemp(join(tmpdir(), 'jpki-card-trial-'))
    try {
      if (prepared !== undefined) await cp(prepared, trial.folder, { recursive: true })
      trial.#instances = alone || kind === 'memory' ? ['server'] : ['server', 'twin']
      await trial.#configure(kind, issuance)
      trial.#control = await arrange(trial.#commands(), trial)
      await trial.write('control.json', trial.#control)
      return trial
    } catch (error) {
      await trial[Symbol.asyncDispose]()
      throw error
    }
  }

  file(name) {
    return join(this.folder, name)
  }

  read(name) {
    return readFile(this.file(name), 'utf8')
  }

  write(name, content) {
    return writeFile(this.file(name), JSON.stringify(content, undefined, 2))
  }

  /** The command that starts a process of this name, or ends it. */
  command(action, name, ...words) {
    return shell(process.execPath, processControl, action, this.folder, name, ...words)
  }

  /** The command that starts an instance with the settings `NAME.json`. */
  instance(name) {
    return this.command('start', name, process.execPath, program, 'serve', this.file(`${name}.json`), '--json')
  }

  /** Writes the settings of its instances, on free ports. */
  async #configure(kind, issuanceChanges) {
    const [port, twinPort, otherPort, townPort, redisPort] = await freePorts(5)
    this.#kind = kind
    this.url = `http://127.0.0.1:${port}`
    this.#second = `http://127.0.0.1:${otherPort}`
    this.#town = `127.0.0.1:${townPort}`
    this.#redisPort = redisPort
    const prepared = JSON.parse(await this.read('server.json'))
    const moved = (url) => `http://${this.#town}${new URL(url).pathname}`
    const { registers, composer, ...issuance } = prepared.issuance
    const settings = {
      ...prepared,
      origin: this.url,
      // No case waits for the end of a challenge; on a busy machine a card may take long to sign.
      challengeSeconds: 60,
      store: {
        memory: { kind },
        sqlite: { kind, file: 'store.sqlite' },
        redis: { kind, url: `redis://127.0.0.1:${redisPort}` },
      }[kind],
      issuance: {
        ...issuance,
        ...issuanceChanges,
        registers: registers.map((one) => ({ ...one, url: moved(one.url) })),
        composer: { url: moved(composer.url) },
      },
    }
    // Each ends cases of the others whose time is over, so each has a log.
    const write = (name, one, more) => {
      const own = { listen: { host: '127.0.0.1', port: one }, audit: { file: logOf(name), sync: true } }
      return this.write(`${name}.json`, { ...settings, ...own, ...more })
    }
    await write('server', port)
    await write('twin', twinPort)
    await write('other', otherPort, { challengeSeconds: settings.challengeSeconds + 1 })
  }

  /** The commands of `--control`. */
  #commands() {
    const all = (action) => this.#instances.map((name) => action(name))
    const kill = (name) => this.command('kill', name)
    const start = (name) => this.instance(name)
    const restarts = {
      // What a process holds ends with it: all that have the store are killed, and its file stays.
      memory: [...all(kill), ...all(start)],
      sqlite: [...all(kill), ...all(start)],
      redis: [kill('redis'), this.#redis()],
    }
    return {
      kill: kill('server'),
      start: start('server'),
      restartStore: restarts[this.#kind].join(' && '),
      ...(this.#kind === 'memory'
        ? { forgets: true }
        : { startOther: start('other'), stopOther: this.command('stop', 'other') }),
    }
  }

  /** Starts Redis, with every write on its disk before it is answered, and waits for it. */
  #redis() {
    const port = String(this.#redisPort)
    const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', '']
    const options = ['--port', port, '--bind', '127.0.0.1', '--dir', this.folder, ...durable]
    const start = this.command('start', 'redis', 'redis-server', ...options)
    return `${start} && ${shell(process.execPath, processControl, 'reach', port)}`
  }

  /** Runs a command to its end. @throws Error when it fails. */
  async run(command) {
    const { code, err } = await run('sh', ['-c', command])
    if (code !== 0) throw new Error(`a command of the trial ended with ${code}: ${err}`)
  }

  /** Starts the store and the instances, and waits until the one under evaluation is ready. */
  async start() {
    if (this.#kind === 'redis') await this.run(this.#redis())
    for (const name of this.#instances) await this.run(name === 'server' ? this.#control.start : this.instance(name))
    const end = performance.now() + readyMs
    for (;;) {
      const { status } = await fetch(`${this.url}/readyz`).catch(() => ({ status: 0 }))
      if (status === 200) return
      if (performance.now() >= end) throw new Error(`the server is not ready: ${await this.read('server.log')}`)
      await sleep(50)
    }
  }

  /**
   * `evaluate issuance`, with everything that the trial has.
   *
   * @param args - further options.
   * @returns its exit code, and its report.
   */
  async evaluate(...args) {
    const options = ['--pki', this.folder, '--town', this.#town, '--control', this.file('control.json')]
    if (this.#control.startOther !== undefined) options.push('--second', this.#second)
    const line = [program, 'evaluate', 'issuance', this.url, ...options, '--json', ...args]
    this.#evaluating = started(process.execPath, line)
    const { code, out, err } = await this.#evaluating.ended
    this.#evaluating = undefined
    try {
      return { code, report: JSON.parse(out) }
    } catch {
      throw new Error(`evaluate issuance ended with ${code}: ${err}${out}`)
    }
  }

  /**
   * What the audit logs of the instances say of the cases, when all have ended or a minute is over.
   *
   * @returns the number of cases opened; the lines of those without an end, and of those released more than once.
   */
  async accounted() {
    const end = performance.now() + endedMs
    for (;;) {
      const found = await this.#cases()
      if (found.withoutEnd.length === 0 || performance.now() >= end) return found
      await sleep(500)
    }
  }

  async #cases() {
    const cases = new Map()
    for (const name of this.#logged()) {
      const text = await this.read(logOf(name))
      for (const line of text.split('\n').slice(0, -1)) {
        const { at, type, case: id, state, from, fence } = JSON.parse(line)
        if (type !== 'case') continue
        cases.set(id, [...(cases.get(id) ?? []), { at, name, state, from, fence }])
      }
    }
    const all = [...cases.values()]
    const withoutEnd = all.filter((lines) => !lines.some(({ state }) => ends.includes(state)))
    const releasedTwice = all.filter((lines) => lines.filter(({ state }) => state === 'released').length > 1)
    return { opened: all.length, withoutEnd, releasedTwice }
  }

  /** Instances that have a log: that with other settings only after it was started. */
  #logged() {
    return ['server', 'twin', 'other'].filter((name) => existsSync(this.file(logOf(name))))
  }

  /** Ends the instances in the regular way, and verifies all audit logs. @throws Error when one is not whole. */
  async verifyLogs() {
    for (const name of this.#instances) await this.run(this.command('stop', name))
    for (const name of this.#logged()) {
      const { code, err } = await run(process.execPath, [program, 'audit', 'verify', this.file(logOf(name))])
      if (code !== 0) throw new Error(`audit verify ended with ${code}: ${err}`)
    }
  }

  /** Ends what is left of its processes, and removes the folder. */
  async [Symbol.asyncDispose]() {
    // It would start others.
    this.#evaluating?.child.kill()
    await this.#evaluating?.ended
    if (!existsSync(this.folder)) return
    const names = readdirSync(this.folder).filter((name) => name.endsWith('.pid'))
    for (const name of names) await run('sh', ['-c', this.command('kill', name.replace('.pid', ''))])
    await rm(this.folder, { recursive: true, force: true })
  }
}

/** Runs a program to its end. */
function run(command, args) {
  return started(command, args).ended
}

/** Starts a program. */
function started(command, args) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const texts = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (part) => {
    texts.out += part
  })
  child.stderr.setEncoding('utf8').on('data', (part) => {
    texts.err += part
  })
  const ended = once(child, 'close').then(([code, signal]) => ({ code: code ?? signal, ...texts }))
  return { child, ended }
}

/** Ports of this machine that are free at the moment, all different. */
async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  const ports = []
  for (const server of servers) {
    if (!server.listening) await once(server, 'listening')
    ports.push(server.address().port)
  }
  for (const server of servers) {
    server.close()
    await once(server, 'close')
  }
  return ports
}
