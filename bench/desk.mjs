// 10,000 cases at four terminals on two instances of an issuing server, with processes and store killed (SIGKILL) 50 times.
// Every page printed must be of the holder whose card signed, every case must have an end in the audit log, and none may be
// released twice.
//   node bench/desk.mjs [CASES] [KILLS] [sqlite|redis]
import { fork, spawn } from 'node:child_process'
import { createPrivateKey, randomBytes, sign } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../dist/cli/demo/server-process.js'
import { createAuthorities, issueUserCertificates } from '../dist/emulator/index.js'
import { IssuanceServer, issueDocuments } from '../dist/issuance/index.js'
import { Certificate } from '../dist/pki/x509/index.js'
import { row } from './lib/measure.mjs'

const instance = fileURLToPath(new URL('./lib/desk-instance.mjs', import.meta.url))
const terminals = ['kiosk-1', 'kiosk-2', 'kiosk-3', 'kiosk-4']

/** Residents with a card each; a card is a key here, as the server cannot see the difference. */
async function people(count) {
  const authorities = await createAuthorities({ now: new Date() })
  const cards = []
  for (let i = 0; i < count; i++) {
    const { certificate, privateKey } = (await issueUserCertificates(authorities)).auth
    const key = createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' })
    const signer = {
      sign: async (message) => ({ algorithm: 'RS256', signature: sign('sha256', message, key), certificate }),
    }
    cards.push({ subject: `resident-${i}`, serialNumber: Certificate.fromDer(certificate).serialNumber, signer })
  }
  return { anchor: Buffer.from(authorities.authCa.certificate).toString('base64'), cards }
}

/** A process that is killed and started again. */
function killable(start) {
  let child
  let running
  const again = () => {
    running = start().then((started) => {
      child = started
    })
    return running
  }
  return {
    start: again,
    async kill() {
      await running
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
      void again().catch(() => {})
    },
    async stop() {
      await running
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await Promise.race([ended, sleep(5_000)])
      child.kill('SIGKILL')
    },
  }
}

async function openStore(kind, folder) {
  if (kind === 'sqlite') return { settings: { file: join(folder, 'store.sqlite') } }
  const port = await freePort()
  const options = [
    '--port',
    port,
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'yes',
    '--appendfsync',
    'always',
  ]
  const server = killable(async () => spawn('redis-server', options.map(String), { stdio: 'ignore' }))
  await server.start()
  return { settings: { url: `redis://127.0.0.1:${port}` }, server }
}

/** What the audit logs say of each case. */
function audited(folder) {
  const cases = new Map()
  for (const name of readdirSync(folder).filter((one) => /^audit-\d+\.jsonl/.test(one))) {
    // A line that was being written when its process was killed is no line.
    for (const line of readFileSync(join(folder, name), 'utf8').split('\n')) {
      const event = line.endsWith('}') ? JSON.parse(line) : {}
      if (event.type === 'case') cases.set(event.case, [...(cases.get(event.case) ?? []), event])
    }
  }
  return cases
}

const ends = ['collected', 'refused', 'abandoned', 'expired', 'stopped']

export async function issueWhileKilling({ cases, kills, store: kind, log = () => {} }) {
  const folder = mkdtempSync(join(tmpdir(), 'jpki-card-desk-'))
  const store = await openStore(kind, folder)
  const { anchor, cards } = await people(20)
  const origin = 'http://127.0.0.1:9'
  const residents = Object.fromEntries(cards.map(({ serialNumber, subject }) => [serialNumber, subject]))
  const key = randomBytes(32).toString('hex')
  const ports = [await freePort(), await freePort()]
  const instances = ports.map((port, n) =>
    killable(async () => {
      const settings = {
        port,
        origin,
        store: store.settings,
        audit: join(folder, `audit-${n}.jsonl`),
        anchor,
        key,
        residents,
      }
      const child = fork(instance, [JSON.stringify(settings)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
      await Promise.race([once(child, 'message'), once(child, 'exit')])
      return child
    }),
  )
  await Promise.all(instances.map((one) => one.start()))
  /** A load balancer that knows nothing: each request to either instance. */
  const balanced = (url, init) =>
    fetch(String(url).replace(origin, `http://127.0.0.1:${ports[Math.random() < 0.5 ? 0 : 1]}`), init)
  const counts = { printed: 0, wrong: 0, twice: 0, failed: 0, begun: 0, kills: 0 }
  const printedCases = new Set()
  const codes = new Map()
  const started = performance.now()

  async function terminal(name) {
    const server = new IssuanceServer(origin, { terminal: name, origin, fetch: balanced, timeoutMs: 3_000 })
    while (counts.begun < cases) {
      counts.begun += 1
      const { subject, signer } = cards[Math.floor(Math.random() * cards.length)]
      const printer = {
        async print(pages, { case: id }) {
          counts.printed += 1
          if (printedCases.has(id)) counts.twice += 1
          printedCases.add(id)
          for (const { content } of pages)
            if (!Buffer.from(content).toString().startsWith(`${subject} ${id} `)) counts.wrong += 1
          if (pages.length !== 2) counts.wrong += 1
        },
        async clear() {},
      }
      const request = { purpose: 'residence-record', documents: [{ document: 'residence-record', copies: 1 }] }
      await issueDocuments({ server, signer, printer, ...request, pollMs: 50 }).catch(async ({ code = 'other' }) => {
        counts.failed += 1
        codes.set(code, (codes.get(code) ?? 0) + 1)
        await sleep(100)
      })
    }
  }

  async function killer() {
    for (let n = 0; n < kills; n++) {
      while (counts.begun < ((n + 1) * cases) / (kills + 1)) await sleep(5)
      const target = store.server !== undefined && n % 5 === 4 ? store.server : instances[n % 2]
      await target.kill()
      counts.kills += 1
      log(`${counts.begun} cases, ${counts.kills} kills, ${counts.printed} printed, ${counts.failed} failed`)
    }
  }

  await Promise.all([...terminals.map(terminal), killer()])
  const seconds = (performance.now() - started) / 1000
  // Lifetime, time for the report, and time for the end to be audited.
  await sleep(10_000 + 1_000 + 30_000 + 12_000)
  await Promise.all(instances.map((one) => one.stop()))
  await store.server?.stop()
  const logged = audited(folder)
  const statesOf = (id) => (logged.get(id) ?? []).map(({ state }) => state)
  const open = [...logged.keys()].filter((id) => !statesOf(id).some((state) => ends.includes(state)))
  const lost = [...printedCases].filter((id) => !logged.has(id))
  const releasedTwice = [...logged.keys()].filter(
    (id) => statesOf(id).filter((state) => state === 'released').length > 1,
  )
  rmSync(folder, { recursive: true, force: true })
  const audit = { cases: logged.size, withoutEnd: open.length + lost.length, releasedTwice: releasedTwice.length }
  return { ...counts, ...audit, codes: Object.fromEntries(codes), seconds }
}

async function measure(cases, kills, kind) {
  const found = await issueWhileKilling({
    cases,
    kills,
    store: kind,
    log: (line) => console.error(`  ${kind}: ${line}`),
  })
  console.error(`${kind}:`, JSON.stringify(found))
  return [
    row(`desk.${kind}.cases`, found.begun, 'cases', { atLeast: cases }),
    row(`desk.${kind}.kills`, found.kills, '', { atLeast: kills }),
    row(`desk.${kind}.printed`, found.printed, 'cases'),
    row(`desk.${kind}.wrong-pages`, found.wrong, 'pages', 0),
    row(`desk.${kind}.printed-twice`, found.twice, 'cases', 0),
    row(`desk.${kind}.released-twice`, found.releasedTwice, 'cases', 0),
    row(`desk.${kind}.without-audited-end`, found.withoutEnd, 'cases', 0),
    row(`desk.${kind}.rate`, found.begun / found.seconds, 'cases/s'),
  ]
}

export async function rows() {
  return [...(await measure(10_000, 50, 'sqlite')), ...(await measure(10_000, 50, 'redis'))]
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , cases = '10000', kills = '50', kind = 'sqlite'] = process.argv
  const found = await measure(Number(cases), Number(kills), kind)
  console.table(found)
  if (found.some(({ holds }) => !holds)) process.exitCode = 1
}
