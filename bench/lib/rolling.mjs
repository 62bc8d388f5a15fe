// Two instances of `jpki-card serve` behind a proxy with the settings of docs/server.md, restarted in turn under load.
//   node bench/lib/rolling.mjs haproxy|nginx ROUNDS    prints what became of the requests, as JSON
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../dist/cli/demo/server-process.js'
import { prepareEvaluation } from '../../dist/server-test/index.js'

const root = new URL('../../', import.meta.url)
const commandLine = fileURLToPath(new URL('dist/cli/bin.js', root))
const lanes = 16
const perSecond = 250

/** The settings of a proxy in the document, with the ports of this run. */
function snippet(language, ports) {
  const text = readFileSync(new URL('docs/server.md', root), 'utf8')
  const [, block] = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(text)
  return block.replaceAll(/\b(8080|8081|8082|9081|9082)\b/g, (port) => String(ports[port]))
}

const proxies = {
  haproxy(folder, ports) {
    writeFileSync(join(folder, 'haproxy.cfg'), `global\n  maxconn 1000\n${snippet('haproxy', ports)}`)
    return ['haproxy', ['-db', '-f', join(folder, 'haproxy.cfg')]]
  },
  nginx(folder, ports) {
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${join(folder, name)};`,
    )
    const text = `daemon off;\npid ${join(folder, 'nginx.pid')};\nerror_log ${join(folder, 'error.log')};\nevents {}\nhttp {\naccess_log off;\n${temporary.join('\n')}\n${snippet('nginx', ports)}}\n`
    writeFileSync(join(folder, 'nginx.conf'), text)
    return ['nginx', ['-p', folder, '-e', join(folder, 'error.log'), '-c', join(folder, 'nginx.conf')]]
  },
}

async function ended(child) {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

/** One instance, which can be started again. */
class Instance {
  #child

  /** @param probes - port of its own listener for them. */
  constructor(settings, probes) {
    this.settings = settings
    this.probes = probes
  }

  async start() {
    this.#child = spawn(process.execPath, [commandLine, 'serve', this.settings, '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(createInterface({ input: this.#child.stdout }), 'line')
  }

  /** Waits until the proxy sends requests there again, and a moment more. */
  async isUsed() {
    const used = /requests_total\{route="\/v1\/challenges",status="201"/
    while (!used.test(await (await fetch(`http://127.0.0.1:${this.probes}/metrics`)).text())) await sleep(100)
    await sleep(500)
  }

  async stop() {
    this.#child?.kill('SIGTERM')
    if (this.#child !== undefined) await ended(this.#child)
  }
}

/** The code of a server's refusal; a proxy's has none. */
function refusal({ headers }, text) {
  return headers['content-type']?.startsWith('application/problem+json') ? [JSON.parse(text).code] : []
}

/** @returns what became of one request: its status, or the code of the error. */
function ask(agent, port) {
  return new Promise((resolve) => {
    const body = '{"terminal":"kiosk-1","purpose":"evaluation-1"}'
    const headers = { 'content-type': 'application/json', 'content-length': body.length }
    const call = request({ agent, host: '127.0.0.1', port, path: '/v1/challenges', method: 'POST', headers })
    call.on('response', (response) => {
      let text = ''
      response.on('data', (part) => {
        text += part
      })
      response.on('end', () => resolve([response.statusCode, ...refusal(response, text)].join(' ')))
      response.on('error', (error) => resolve(error.code))
    })
    call.on('error', (error) => resolve(error.code))
    call.end(body)
  })
}

/** Restarts each instance so many times under load. @returns requests by outcome. */
export async function rollingRestart(proxy, rounds) {
  const folder = mkdtempSync(join(tmpdir(), 'jpki-card-rolling-'))
  const ports = {}
  for (const port of [8080, 8081, 8082, 9081, 9082]) ports[port] = await freePort()
  const instances = []
  for (const number of [1, 2]) {
    const path = join(folder, String(number))
    mkdirSync(path)
    await prepareEvaluation(path)
    writeFileSync(join(path, 'pseudonym.key'), '07'.repeat(32))
    const settings = {
      origin: `http://127.0.0.1:${ports[8080]}`,
      listen: { port: ports[8080 + number], keepAliveSeconds: 75, proxies: { trusted: ['127.0.0.1'] } },
      adminListen: { port: ports[9080 + number] },
      terminals: { by: 'network' },
      anchors: 'anchors',
      hierarchies: ['virtual'],
      revocation: { mode: 'required', lists: 'lists' },
      pseudonymKey: 'pseudonym.key',
      drainSeconds: 3,
      limits: { perTerminal: false, perAddress: false },
    }
    writeFileSync(join(path, 'server.json'), JSON.stringify(settings))
    instances.push(new Instance(join(path, 'server.json'), ports[9080 + number]))
  }
  await Promise.all(instances.map((one) => one.start()))
  const [program, args] = proxies[proxy](folder, ports)
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let errors = ''
  child.stderr.on('data', (part) => {
    errors += part
  })
  const agent = new Agent({ keepAlive: true, maxSockets: lanes })
  const outcomes = {}
  try {
    for (let tries = 0; (await ask(agent, ports[8080])) !== '201'; tries++) {
      if (tries === 100 || child.exitCode !== null) throw new Error(`${program} does not serve: ${errors}`)
      await sleep(100)
    }
    let over = false
    const lane = async () => {
      while (!over) {
        const next = sleep((1000 * lanes) / perSecond)
        const outcome = await ask(agent, ports[8080])
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
        await next
      }
    }
    const load = Promise.all(Array.from({ length: lanes }, lane))
    for (let round = 0; round < rounds; round++) {
      for (const instance of instances) {
        await instance.stop()
        await instance.start()
        await instance.isUsed()
      }
    }
    over = true
    await load
    return outcomes
  } finally {
    agent.destroy()
    child.kill('SIGTERM')
    await ended(child)
    await Promise.all(instances.map((one) => one.stop()))
    rmSync(folder, { recursive: true, force: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [proxy, rounds] = process.argv.slice(2)
  console.log(JSON.stringify(await rollingRestart(proxy, Number(rounds))))
}
