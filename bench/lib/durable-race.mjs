// Four processes race for each nonce of one SQLite store while one after the other is killed with SIGKILL. Counts, for the
// test and for `bench/durable.mjs`; with arguments, one of the processes.
//   node durable-race.mjs MODULE FILE [WORKER]   commands on standard input, one a line: `put NONCE`, `take NONCE`, `count NAME`
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(import.meta.url)
const lifetimeMs = 600_000
/** Nonces raced at once. */
const lanes = 64

/** One process on the store. What it had not answered when it was killed counts as `killed`. */
class Racer {
  #arguments
  #child
  #waiting = new Map()

  constructor(...given) {
    this.#arguments = given
  }

  async start() {
    const child = spawn(process.execPath, [program, ...this.#arguments], { stdio: ['pipe', 'pipe', 'inherit'] })
    // It may be killed while it is being asked.
    child.stdin.on('error', () => {})
    const lines = createInterface({ input: child.stdout })
    await once(lines, 'line')
    lines.on('line', (line) => {
      const at = line.lastIndexOf(' ')
      const command = line.slice(0, at)
      this.#waiting.get(command)?.(line.slice(at + 1))
      this.#waiting.delete(command)
    })
    this.#child = child
  }

  async kill() {
    const child = this.#child
    this.#child = undefined
    if (child === undefined) return
    const ended = once(child, 'close')
    child.kill('SIGKILL')
    await ended
    for (const answer of this.#waiting.values()) answer('killed')
    this.#waiting.clear()
  }

  ask(command) {
    if (this.#child === undefined) return Promise.resolve('down')
    return new Promise((done) => {
      this.#waiting.set(command, done)
      this.#child.stdin.write(`${command}\n`)
    })
  }
}

/**
 * Puts nonces by one process and has all take each at once, killing each process about every `killMs`, 0 for never. A counter is added to for
 * each accepted nonce.
 *
 * @param module - address of `sqlite-store.js`; worker - path of its worker, when not beside it.
 * @returns what happened; every count but `once`, `unanswered`, `kills`, `refused` and `seconds` must be 0.
 */
export async function raceDurably({ module, worker, file, nonces, processes = 4, killMs = 500 }) {
  const racers = Array.from(
    { length: processes },
    () => new Racer(module, file, ...(worker === undefined ? [] : [worker])),
  )
  const counts = {
    once: 0,
    unanswered: 0,
    twice: 0,
    lost: 0,
    again: 0,
    counterMissing: 0,
    counterExtra: 0,
    refused: 0,
    kills: 0,
  }
  const begun = performance.now()
  const given = []
  const added = { sure: 0, unsure: 0 }
  try {
    await Promise.all(racers.map((racer) => racer.start()))
    let left = nonces
    let asked = 0
    const lane = async () => {
      while (left > 0) {
        left -= 1
        const nonce = randomBytes(32).toString('hex')
        const put = await racers[asked++ % processes].ask(`put ${nonce}`)
        // A put without an answer may have been carried out: another nonce is used then.
        if (put !== 'yes') {
          if (put === 'down') await sleep(5)
          else if (put !== 'killed') counts.refused += 1
          left += 1
          continue
        }
        let accepted = 0
        let killed = false
        // Until one has accepted it, or one that answers does not find it.
        for (let gone = false; accepted === 0 && !gone; await sleep(accepted === 0 && !gone ? 5 : 0)) {
          const answers = await Promise.all(racers.map((racer) => racer.ask(`take ${nonce}`)))
          accepted = answers.filter((answer) => answer === 'yes').length
          killed ||= answers.includes('killed')
          gone = answers.includes('no')
          counts.refused += answers.filter((answer) => !['yes', 'no', 'killed', 'down'].includes(answer)).length
        }
        if (accepted > 1) counts.twice += 1
        else if (accepted === 1) counts.once += 1
        else if (killed) counts.unanswered += 1
        else counts.lost += 1
        given.push(nonce)
        if (accepted === 0) continue
        const count = await racers[asked++ % processes].ask(`count accepted-${nonce.slice(0, 1)} ${nonce}`)
        if (count === 'yes') added.sure += 1
        else if (count !== 'down') added.unsure += 1
      }
    }
    let running = true
    const trouble = async (racer) => {
      for (;;) {
        await sleep(killMs * (0.5 + Math.random()))
        if (!running) return
        await racer.kill()
        counts.kills += 1
        await racer.start()
      }
    }
    const killing = killMs > 0 ? Promise.all(racers.map(trouble)) : undefined
    await Promise.all(Array.from({ length: lanes }, lane))
    running = false
    await killing
    // All are killed at once; a new process finds every nonce gone and every count there.
    await Promise.all(racers.map((racer) => racer.kill()))
    counts.kills += processes
    await racers[0].start()
    for (let i = 0; i < given.length; i += 1_000) {
      const late = await Promise.all(given.slice(i, i + 1_000).map((nonce) => racers[0].ask(`take ${nonce}`)))
      counts.again += late.filter((answer) => answer !== 'no').length
    }
    let total = 0
    for (const digit of '0123456789abcdef') total += Number(await racers[0].ask(`total accepted-${digit}`))
    counts.counterMissing = Math.max(0, added.sure - total)
    counts.counterExtra = Math.max(0, total - added.sure - added.unsure)
    return { ...counts, seconds: (performance.now() - begun) / 1000 }
  } finally {
    await Promise.all(racers.map((racer) => racer.kill()))
  }
}

async function answerCommands(module, file, worker) {
  const { sqliteStore } = await import(module)
  const store = await sqliteStore({ file, timeoutMs: 10_000, ...(worker !== undefined && { worker: new URL(worker) }) })
  process.stdout.write('ready\n')
  const perform = async (line) => {
    const [kind, name] = line.split(' ')
    if (kind === 'total') return String(await store.count(name))
    if (kind === 'count') await store.increment(name)
    const nonce = Buffer.from(name, 'hex')
    if (kind === 'put') await store.put(nonce, name, lifetimeMs)
    if (kind !== 'take') return 'yes'
    const record = await store.take(nonce)
    return record === undefined ? 'no' : record === name ? 'yes' : 'wrong-record'
  }
  for await (const line of createInterface({ input: process.stdin })) {
    perform(line).then(
      (answer) => process.stdout.write(`${line} ${answer}\n`),
      (error) => process.stdout.write(`${line} ${error.code ?? error.message}\n`),
    )
  }
}

if (process.argv[1] === program) await answerCommands(...process.argv.slice(2))
