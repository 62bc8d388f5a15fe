import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Pin } from '../../src/card/index.ts'
import { createVirtualCard, type VirtualCardOptions, VirtualTransport } from '../../src/emulator/index.ts'
import { runSoak, type SoakOptions, soakToJson, soakToJunit } from '../../src/reader-test/index.ts'
import { identity } from '../support/virtual.ts'

const at = new Date()
const nothing = { heapBytes: 1, collected: false, resources: {} }

async function reader(options: VirtualCardOptions = {}) {
  const card = await createVirtualCard({ identity: await identity(), ...options })
  return { card, transport: new VirtualTransport({ card, apduTimeoutMs: 50 }) }
}

function soak(transport: VirtualTransport, options: Partial<SoakOptions>) {
  return runSoak(transport, { at, sample: async () => nothing, pause: () => turn(), ...options })
}

const check = (report: Awaited<ReturnType<typeof runSoak>>, id: string) => report.checks.find((one) => one.id === id)!

describe('what is counted', () => {
  test('a card that stays in: sessions, no errors, passed', async () => {
    const { card, transport } = await reader()
    const report = await soak(transport, { sessions: 20 })
    expect(report).toMatchObject({ sessions: 20, failed: 0, verdict: 'passed', ended: 'done', errors: [] })
    expect(check(report, 'heap').status).toBe('skipped')
    expect(card.triesLeft('auth')).toBe(3)
    expect(card.log.some(({ command }) => command[1] === 0x20 && command.length > 5)).toBe(false)
  })

  test('an unexplained error fails the verdict, and the run goes on', async () => {
    const { card, transport } = await reader()
    card.setFaults([{ at: 3, do: { status: 0x6f00 } }])
    const report = await soak(transport, { sessions: 5 })
    expect(report).toMatchObject({ sessions: 5, failed: 1, verdict: 'failed', ended: 'done' })
    expect(report.errors).toMatchObject([{ code: 'ERR_STATUS_WORD', firstSession: 1, lastSession: 1 }])
    card.setFaults([{ at: 3, do: 'reset' }])
    const again = await soak(transport, { sessions: 5 })
    expect(again).toMatchObject({ sessions: 5, verdict: 'failed' })
    expect(again.errors).toMatchObject([{ code: 'ERR_CARD_RESET', stage: 'session', count: 1, unexpected: 1 }])
  })

  test('a card removed by a person is waited for, and is not a fault', async () => {
    const { card, transport } = await reader()
    card.setFaults([{ at: 4, do: 'pull' }])
    const back = setInterval(() => transport.remove() ?? transport.insert(card), 60)
    const report = await soak(transport, { sessions: 4 })
    clearInterval(back)
    expect(report.sessions).toBe(4)
    expect(report.errors.some(({ code }) => code === 'ERR_CARD_REMOVED')).toBe(true)
    expect(report.errors.every(({ unexpected }) => unexpected === 0)).toBe(true)
    expect(report.verdict).toBe('passed')
  })

  test('the same with hands at work is one', async () => {
    const { card, transport } = await reader()
    const hands = {
      before: async (n: number) => {
        transport.remove()
        transport.insert(card)
        card.setFaults(n === 2 ? [{ at: 4, do: 'pull' }] : undefined)
        return { faulty: false }
      },
      after: async () => {},
    }
    const report = await soak(transport, { sessions: 4, hands })
    expect(report).toMatchObject({ sessions: 4, failed: 1, faulty: 0, verdict: 'failed' })
    const reported = await soak(transport, {
      sessions: 4,
      hands: { ...hands, before: async (n) => ({ faulty: (await hands.before(n)) && n === 2 }) },
    })
    expect(reported).toMatchObject({ sessions: 4, failed: 1, faulty: 1, verdict: 'passed' })
  })

  test('hands that fail are an error of the program, counted and not thrown', async () => {
    const { transport } = await reader()
    const before = async () => {
      throw new Error('the robot is stuck')
    }
    const report = await soak(transport, { sessions: 2, hands: { before, after: async () => {} } })
    expect(report).toMatchObject({ sessions: 2, verdict: 'failed', errors: [{ code: 'internal', count: 2 }] })
    expect(JSON.stringify(report)).not.toContain('robot')
  })

  test('a service that stops is waited for, and each outage counts once', async () => {
    const { transport } = await reader()
    transport.loseService()
    let looks = 0
    const pause: SoakOptions['pause'] = async (milliseconds) => {
      if (milliseconds === 200 && ++looks === 5) transport.restoreService()
      await turn()
    }
    const report = await soak(transport, { sessions: 3, pause })
    expect(report).toMatchObject({ sessions: 3, failed: 0, outages: 1, ended: 'done' })
    expect(report.errors).toMatchObject([{ code: 'ERR_SERVICE_UNAVAILABLE', stage: 'wait', count: 1 }])
  })

  test('a transport that throws anything does not end it', async () => {
    const { transport } = await reader()
    const broken = Object.create(transport, {
      connect: { value: () => Promise.reject(new RangeError('no code')) },
      waitForCard: { value: () => transport.waitForCard({}) },
    }) as VirtualTransport
    const report = await soak(broken, { sessions: 3 })
    expect(report).toMatchObject({ sessions: 3, failed: 3, verdict: 'failed' })
    expect(report.errors).toMatchObject([{ code: 'internal', stage: 'connect', count: 3, unexpected: 3 }])
  })

  test('a run without a card is given up, or ends when it is interrupted', async () => {
    const transport = new VirtualTransport()
    const given = await soak(transport, { sessions: 3, longestWaitMs: 1 })
    expect(given).toMatchObject({ sessions: 0, ended: 'given-up', verdict: 'failed' })
    const stop = new AbortController()
    const running = soak(transport, { sessions: 3, signal: stop.signal })
    stop.abort('SIGINT')
    expect(await running).toMatchObject({ sessions: 0, ended: 'interrupted', errors: [] })
  })

  test('reports its progress', async () => {
    const { transport } = await reader()
    const reported: number[] = []
    await soak(transport, { sessions: 4, onProgress: ({ fraction }) => reported.push(fraction) })
    expect(reported).toEqual([0.25, 0.5, 0.75, 1])
  })
})

describe('the PIN', () => {
  test('right: authenticates in each session', async () => {
    const { card, transport } = await reader()
    const pin = Pin.fromText('1234')
    const report = await soak(transport, { sessions: 3, pin })
    expect(report).toMatchObject({ failed: 0, verdict: 'passed' })
    expect(check(report, 'pin').status).toBe('passed')
    expect([pin.length, card.triesLeft('auth'), card.verified('auth')]).toEqual([0, 3, false])
    expect(card.log.filter(({ command }) => command[1] === 0x2a)).toHaveLength(3)
  })

  test('wrong: one try in the whole run', async () => {
    const { card, transport } = await reader()
    const report = await soak(transport, { sessions: 10, pin: Pin.fromText('9999') })
    expect(card.triesLeft('auth')).toBe(2)
    expect(report).toMatchObject({ sessions: 10, failed: 1, verdict: 'failed' })
    expect(check(report, 'pin').status).toBe('failed')
    expect(report.errors).toMatchObject([{ code: 'ERR_PIN_REJECTED', count: 1 }])
  })

  test('wrong, and the card lost in VERIFY: still one try', async () => {
    const { card, transport } = await reader()
    card.setFaults([{ at: 2, on: 0x20, do: 'reset', when: 'after' }])
    card.setFaults([{ at: 'every', on: 0x20, do: 'reset', when: 'after' }])
    await soak(transport, { sessions: 5, pin: Pin.fromText('9999') })
    card.setFaults(undefined)
    await soak(transport, { sessions: 5, pin: Pin.fromText('9999') })
    await soak(transport, { sessions: 5, pin: Pin.fromText('9999') })
    expect(card.triesLeft('auth')).toBe(2)
  })

  test('not all tries left at the beginning: not sent at all', async () => {
    const { card, transport } = await reader({ triesLeft: { auth: 2 } })
    const report = await soak(transport, { sessions: 3, pin: Pin.fromText('1234') })
    expect(card.triesLeft('auth')).toBe(2)
    expect(report.errors).toMatchObject([{ code: 'ERR_PIN_GUARDED', count: 1 }])
  })
})

describe('other cards', () => {
  test.each(['juki', 'phone-android', 'phone-iphone'] as const)('%s', async (kind) => {
    const { transport } = await reader({ kind })
    expect(await soak(transport, { sessions: 3 })).toMatchObject({ failed: 0, verdict: 'passed' })
  })
})

test('reports are JSON and JUnit, and say what failed', async () => {
  const { card, transport } = await reader()
  card.setFaults([{ at: 3, do: 'silent' }])
  const report = await soak(transport, { sessions: 2 })
  expect(JSON.parse(JSON.stringify(soakToJson(report)))).toMatchObject({
    format: 'jpki-card-soak-report:1',
    startedAt: at.toISOString(),
    verdict: 'failed',
  })
  for (const language of ['en', 'ja'] as const) {
    const xml = soakToJunit(report, language)
    expect(xml).toContain('<testsuite name="soak.verdict" tests="7" failures="1"')
    expect(xml).toMatch(/<failure type="ERR_TIMEOUT"/)
  }
})

test('options that cannot be are refused', async () => {
  const { transport } = await reader()
  await expect(soak(transport, {})).rejects.toThrow(TypeError)
  await expect(soak(transport, { sessions: 0 })).rejects.toThrow(RangeError)
  await expect(soak(transport, { durationMs: Number.NaN })).rejects.toThrow(RangeError)
  await expect(soak(transport, { sessions: 1, at: new Date(Number.NaN) })).rejects.toThrow(RangeError)
  const used = Pin.fromText('1234')
  used.wipe()
  await expect(soak(transport, { sessions: 1, pin: used })).rejects.toThrow(TypeError)
})
