import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type System, thisSystem } from '../../src/cli/doctor/system.ts'
import { VirtualTransport } from '../../src/emulator/index.ts'
import { cardInReader, run } from './harness.ts'

const folder = mkdtempSync(join(tmpdir(), 'field-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('smoke', () => {
  it('shows every step in both languages and ends with 0', async () => {
    const en = await run('smoke --virtual --rounds 1')
    expect([en.code, en.err]).toEqual([0, ''])
    expect(en.out).toContain('33 passed, 0 failed, 7 skipped')
    expect(en.out).toContain('READ BINARY')
    const ja = await run('smoke --virtual --rounds 1 --lang ja')
    expect(ja.code).toBe(0)
    expect(ja.out).toContain('合格 33、不合格 0、省略 7')
  })

  it('writes JSON, HTML and JUnit', async () => {
    const [html, junit] = [join(folder, 'r.html'), join(folder, 'r.xml')]
    const { code, json } = await run(`smoke --virtual --rounds 2 --json --html ${html} --junit ${junit}`)
    expect(code).toBe(0)
    expect(json).toMatchObject({ ok: true, format: 'jpki-card-smoke-report:1', rounds: 2, counts: { failed: 0 } })
    const { machine } = json
    expect(machine).toMatchObject({ node: process.versions.node, binding: 'virtual', host: hostname() })
    expect(machine.package).toMatch(/^\d+\.\d+/)
    const page = readFileSync(html, 'utf8')
    for (const fact of [machine.system, `${machine.host}`, `>${machine.node}<`]) expect(page).toContain(fact)
    expect(page).toMatch(/<dd>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d<\/dd>/)
    expect(page).toContain('<svg class="chart"')
    expect(readFileSync(junit, 'utf8')).toContain('<testsuites name="jpki-card smoke" tests="40" failures="0"')
  })

  it('names the versions of pcscd and drivers', async () => {
    const plist = '<key>CFBundleShortVersionString</key>\n\t<string>1.5.2</string>'
    const bytes: Record<string, string> = {
      '/usr/lib/pcsc/drivers/ifd-ccid.bundle/Contents/Info.plist': plist,
      '/etc/os-release': 'NAME=x\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
    }
    const system: System = {
      ...thisSystem({}),
      readBytes: async (path) => (bytes[path] === undefined ? undefined : Buffer.from(bytes[path])),
      readdir: async (path) => (path === '/usr/lib/pcsc/drivers' ? ['ifd-ccid.bundle', 'serial'] : undefined),
      exists: async (path) => path === '/usr/sbin/pcscd',
      run: async () => ({ code: 0, stdout: 'pcsc-lite version 1.9.9.\nCopyright' }),
    }
    const setting = { dependencies: { system } }
    const { json } = await run('smoke --virtual --rounds 1 --json', setting)
    expect(json.machine).toMatchObject({ pcscd: '1.9.9', driver: 'ifd-ccid 1.5.2' })
    expect(json.machine.system).toContain('Debian GNU/Linux 12 (bookworm)')
    const { out } = await run('smoke --virtual --rounds 1 --lang ja', setting)
    expect(out).toMatch(/pcscd +1\.9\.9\n/)
    expect(out).toMatch(/開始日時 +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d\n/)
  })

  it('signs with both keys when it is given both secrets', async () => {
    const line = 'smoke --virtual --rounds 1 --pin-stdin --sign-password --json'
    const { code, json, everything } = await run(line, { stdin: '1234\nabc123\n' })
    expect([code, json.counts]).toEqual([0, { passed: 40, failed: 0, skipped: 0 }])
    expect(everything).not.toMatch(/abc123/i)
  })

  it('ends with 4 for a wrong PIN, spent once', async () => {
    const { card, transport } = await cardInReader()
    const { code, json } = await run('smoke --pin-stdin --json', { stdin: '9999\n', transport })
    expect([code, json.ok, json.error.code, json.error.pin]).toEqual([4, false, 'ERR_PIN_REJECTED', 'auth'])
    expect(card.triesLeft('auth')).toBe(2)
  })

  it('ends with 1 when a step failed', async () => {
    const { transport } = await cardInReader({ triesLeft: { text: 0 } })
    const { code, json, err } = await run('smoke --rounds 1 --json', { transport })
    expect([code, json.error.code]).toEqual([1, 'ERR_FIELD_TEST'])
    expect(err).toBe('')
  })

  it('ends with 3 without reader, card, or a connection', async () => {
    expect((await run('smoke --wait 0')).code).toBe(3)
    expect((await run('smoke --wait 0', { transport: new VirtualTransport() })).code).toBe(3)
    const { transport } = await cardInReader()
    const held = await transport.connect('Virtual Reader 0', { exclusive: true })
    const { code, json } = await run('smoke --rounds 2 --json', { transport })
    expect([code, json.error.code]).toEqual([3, 'ERR_READER_BUSY'])
    await held.close()
  })

  it('asks for no PIN of itself, and takes none as an argument', async () => {
    expect((await run('smoke --virtual --sign-password')).code).toBe(2)
    const { code, everything } = await run('smoke --virtual --pin-stdin --sign-password ABC123', { stdin: '1234\n' })
    expect(code).toBe(2)
    expect(everything).not.toContain('ABC123')
    expect((await run('smoke --virtual --pin-stdin', { stdin: '' })).code).toBe(2)
  })

  it('says where a report cannot be written', async () => {
    const { code, err } = await run(`smoke --virtual --rounds 1 --html ${join(folder, 'none', 'r.html')}`)
    expect([code, err.includes('ENOENT')]).toEqual([1, true])
  })
})

describe('soak', () => {
  it('runs a number of sessions, with faults, and reports', async () => {
    const junit = join(folder, 's.xml')
    const { code, out, err } = await run(`soak --virtual --sessions 40 --faults-rate 0.3 --junit ${junit}`)
    expect(code).toBe(0)
    expect(out).toContain('Passed – completed')
    expect(err).toContain('sessions')
    expect(readFileSync(junit, 'utf8')).toContain('<testsuites name="jpki-card soak"')
    const ja = await run('soak --virtual --sessions 5 --lang ja')
    expect(ja.out).toContain('合格 – 最後まで実施')
  })

  it('spends one try on a wrong PIN, and ends with 4', async () => {
    const { code, json } = await run('soak --virtual --sessions 8 --pin-stdin --json', { stdin: '9999\n' })
    expect([code, json.error.code, json.sessions]).toEqual([4, 'ERR_PIN_REJECTED', 8])
    expect(json.errors).toMatchObject([{ code: 'ERR_PIN_REJECTED', count: 1 }])
  })

  it('runs with a reader, and ends with 1 for an unexplained error', async () => {
    const { card, transport } = await cardInReader()
    card.setFaults([{ at: 8, do: 'silent' }])
    const { code, json } = await run('soak --sessions 3 --json', { transport })
    expect([code, json.error.code, json.verdict]).toEqual([1, 'ERR_FIELD_TEST', 'failed'])
    expect(json.errors[0].code).toBe('ERR_TIMEOUT')
  })

  it('runs for a time', async () => {
    const { code, json } = await run('soak --virtual --minutes 0.005 --json')
    expect([code, json.ended]).toEqual([0, 'done'])
    expect(json.durationMs).toBeGreaterThan(299)
  })

  it('is evaluated for the sessions run when interrupted', async () => {
    const stop = new AbortController()
    const running = run('soak --virtual --hours 1 --json', { signal: stop.signal })
    setTimeout(() => stop.abort('SIGINT'), 300)
    const { code, json } = await running
    expect([code, json.ended, json.error.code]).toEqual([130, 'interrupted', 'ERR_ABORTED'])
  })

  it.each([
    ['soak --faults-rate 0.1', '--virtual'],
    ['soak --virtual --faults-rate 2', '--faults-rate SHARE'],
    ['soak --virtual --hours 0', '--hours HOURS'],
    ['soak --virtual --sessions 0', '--sessions N'],
    ['smoke --rounds 0', '--rounds N'],
  ])('refuses %s', async (line, hint) => {
    const { code, err } = await run(line)
    expect([code, err.includes(hint)]).toEqual([2, true])
  })

  it('ends with 3 without a reader', async () => {
    expect((await run('soak --wait 0 --sessions 1')).code).toBe(3)
  })
})
