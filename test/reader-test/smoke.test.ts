import { describe, expect, test } from 'vitest'
import { Pin } from '../../src/card/index.ts'
import type { FaultScript, VirtualCardOptions } from '../../src/emulator/index.ts'
import { TransportError } from '../../src/errors.ts'
import { Certificate } from '../../src/pki/x509/index.ts'
import {
  runSmoke,
  type SmokeOptions,
  type SmokeReport,
  type SmokeStepId,
  smokeStepIds,
  smokeToHtml,
  smokeToJson,
  smokeToJunit,
} from '../../src/reader-test/index.ts'
import { type Bench, bench, identity, verifies } from '../support/virtual.ts'

const at = new Date()

async function trust(): Promise<Pick<SmokeOptions, 'anchors' | 'hierarchies'>> {
  const { authCa, signCa } = await identity()
  const anchors = [authCa, signCa].map(({ certificate }) => Certificate.fromDer(certificate))
  return { anchors, hierarchies: ['virtual'] }
}

/** Connects to the card on the bench, put back in before each round. */
function connecting({ transport, card }: Bench, faults?: FaultScript) {
  return async () => {
    const [reader] = await transport.readers()
    if (!reader!.cardPresent) transport.insert(card)
    card.setFaults(faults)
    return transport.connect(reader!.name)
  }
}

async function smoke(options: Partial<SmokeOptions> = {}, card: VirtualCardOptions = {}, faults?: FaultScript) {
  const made = await bench(card, 50)
  await made.connection.close()
  const report = await runSmoke(connecting(made, faults), { at, rounds: 1, ...(await trust()), ...options })
  return { report, ...made }
}

const step = (report: SmokeReport, id: SmokeStepId) => report.steps.find((one) => one.id === id)!
const status = (report: SmokeReport, id: SmokeStepId) => {
  const { status: result, reason } = step(report, id)
  return reason === undefined ? result : `${result} ${reason}`
}

describe('a good card', () => {
  test('without a PIN: everything that is free passes, and no try is spent', async () => {
    const { report, card, sent } = await smoke({ rounds: 3 })
    expect(report.steps.map(({ id }) => id)).toEqual(smokeStepIds)
    expect(report.counts).toEqual({ passed: 33, failed: 0, skipped: 7 })
    expect(report).toMatchObject({ kind: 'my-number', rounds: 3, cleared: true, interrupted: false })
    expect(verifies(sent())).toBe(0)
    expect([card.triesLeft('auth'), card.triesLeft('sign'), card.triesLeft('text')]).toEqual([3, 5, 3])
    const written = ['24', '2C', 'D6', 'D0', 'E2', 'DC', '22', '32', '2A', '88']
    expect(sent().filter((command) => written.includes(command.slice(2, 4)))).toEqual([])
    for (const { runs } of report.steps) expect(runs).toHaveLength(3)
    expect(status(report, 'certificate-sign')).toBe('skipped pin-required')
  })

  test('counts each exchange once, and times each command', async () => {
    const { report, card } = await smoke({ rounds: 2 })
    expect(report.exchanges).toBe(card.exchanges)
    const bySteps = report.steps.flatMap(({ runs }) => runs).reduce((sum, run) => sum + run.exchanges, 0)
    expect(bySteps).toBe(card.exchanges)
    expect(report.timings.reduce((sum, { count }) => sum + count, 0)).toBe(card.exchanges)
    for (const { medianMs, p95Ms, maxMs } of report.timings) {
      expect(medianMs).toBeLessThanOrEqual(p95Ms)
      expect(p95Ms).toBeLessThanOrEqual(maxMs)
    }
  })

  test('with both PINs: verified and signed with in each round', async () => {
    const pins = { auth: Pin.fromText('1234'), sign: Pin.fromText('ABC123') }
    const { report, card, sent } = await smoke({ rounds: 2, pins })
    expect(report.counts).toEqual({ passed: 40, failed: 0, skipped: 0 })
    expect(verifies(sent())).toBe(4)
    expect([pins.auth.length, pins.sign.length]).toEqual([0, 0])
    expect([card.verified('auth'), card.verified('sign')]).toEqual([false, false])
  })
})

describe('a wrong PIN', () => {
  test('costs one try in all rounds, and the rest goes on', async () => {
    const { report, card, sent } = await smoke({ rounds: 3, pins: { auth: Pin.fromText('9999') } })
    expect(step(report, 'verify-auth').runs.map(({ reason }) => reason)).toEqual([
      'ERR_PIN_REJECTED',
      'pin-not-accepted',
      'pin-not-accepted',
    ])
    expect(status(report, 'sign-auth')).toBe('skipped pin-not-accepted')
    expect(status(report, 'chain-auth')).toBe('passed')
    expect([verifies(sent()), card.triesLeft('auth')]).toEqual([1, 2])
  })

  test.each([
    ['no digits', 'ABCD', {}, 'ERR_PIN_FORMAT', 3],
    ['one try left', '1234', { auth: 1 }, 'ERR_PIN_GUARDED', 1],
    ['none left', '1234', { auth: 0 }, 'ERR_PIN_BLOCKED', 0],
  ] as const)('is not sent at all: %s', async (_, pin, triesLeft, code, left) => {
    const { report, card, sent } = await smoke({ pins: { auth: Pin.fromText(pin) } }, { triesLeft })
    expect(status(report, 'verify-auth')).toBe(`failed ${code}`)
    expect([verifies(sent()), card.triesLeft('auth')]).toEqual([0, left])
  })

  test('that was lost on the way is not sent again', async () => {
    const faults = [{ at: 'every', on: 0x2a, do: 'pull' }] as const
    const lost = await smoke({ rounds: 3, pins: { auth: Pin.fromText('1234') } }, {}, faults)
    expect(verifies(lost.sent())).toBe(3)
    const unknown = [{ at: 11, on: 0x20, do: 'pull', when: 'after' }] as const
    const { report, sent } = await smoke({ rounds: 3, pins: { auth: Pin.fromText('1234') } }, {}, unknown)
    expect(status(report, 'verify-auth')).toMatch(/^(failed|skipped)/)
    expect(verifies(sent())).toBeLessThanOrEqual(3)
  })
})

describe('other cards', () => {
  test.each([
    ['juki', ['select-text', 'select-common', 'file-card-record']],
    ['phone-android', ['select-text', 'select-visual', 'select-juki', 'select-card-manager']],
    ['phone-iphone', ['select-text', 'select-visual', 'select-juki', 'select-card-manager']],
  ] as const)('%s: what it need not have is skipped', async (kind, missing) => {
    const { report } = await smoke({}, { kind })
    expect(report.steps.filter((one) => one.status === 'failed')).toEqual([])
    for (const id of missing) expect(status(report, id)).toMatch(/^skipped (no-application|not-on-this-card)$/)
  })

  test('a phone with its PIN', async () => {
    const { report } = await smoke({ pins: { auth: Pin.fromText('1234') } }, { kind: 'phone-android' })
    expect(report.counts.failed).toBe(0)
    expect(status(report, 'certificate-auth')).toBe('skipped pin-required')
    expect(status(report, 'sign-auth')).toBe('passed')
    expect(status(report, 'chain-auth')).toBe('passed')
  })

  test('a card without a signature certificate', async () => {
    const { report } = await smoke({ pins: { sign: Pin.fromText('ABC123') } }, { signCertificate: false })
    expect(status(report, 'validity-sign')).toMatch(/^skipped/)
    expect(step(report, 'file-availability').facts).toMatchObject({ holdsSign: false })
  })

  test.each([
    { shortFileId: false },
    { extendedLength: false },
    { directReference: false },
    { shortFileId: false, extendedLength: false, directReference: false },
  ])('capabilities %j', async (capabilities) => {
    const { report } = await smoke({}, { capabilities })
    expect(report.counts.failed).toBe(0)
  })
})

describe('what is not in order', () => {
  test('an expired card and its certificates', async () => {
    const { report } = await smoke({ at: new Date(at.getTime() + 12 * 365 * 86_400_000) })
    expect(status(report, 'validity-card')).toBe('failed card-expired')
    expect(status(report, 'validity-auth')).toBe('failed ERR_CERTIFICATE_EXPIRED')
    expect(status(report, 'chain-auth')).toBe('failed ERR_VERIFICATION')
    expect(step(report, 'chain-auth').facts).toMatchObject({ check: 'validity' })
  })

  test('a blocked PIN', async () => {
    const { report } = await smoke({}, { triesLeft: { sign: 0 } })
    expect(status(report, 'counter-sign')).toBe('failed ERR_PIN_BLOCKED')
    expect(report.counts.failed).toBe(1)
  })

  test('no anchors, and a CA that is not of J-LIS: the chain is not verified', async () => {
    const { report } = await smoke({ anchors: undefined, hierarchies: undefined })
    expect(status(report, 'chain-auth')).toBe('skipped no-anchor')
  })

  test('another CA', async () => {
    const { signCa } = await identity()
    const { report } = await smoke({ anchors: [Certificate.fromDer(signCa.certificate)] })
    expect(status(report, 'chain-auth')).toBe('failed ERR_VERIFICATION')
  })

  test('no card: every round tries, and nothing is thrown', async () => {
    const report = await runSmoke(() => Promise.reject(new TransportError('ERR_NO_CARD', 'none')), { at, rounds: 2 })
    expect(status(report, 'connect')).toBe('failed ERR_NO_CARD')
    expect(step(report, 'connect').runs).toHaveLength(2)
    expect(report).toMatchObject({ counts: { passed: 0, failed: 1, skipped: 39 }, cleared: true, timings: [] })
    for (const language of ['en', 'ja'] as const) expect(smokeToHtml(report, language)).toContain('ERR_NO_CARD')
  })

  test('a foreign error is `internal`, without its text', async () => {
    const report = await runSmoke(() => Promise.reject(new RangeError('山田太郎')), { at, rounds: 1 })
    expect(status(report, 'connect')).toBe('failed internal')
    expect(JSON.stringify(smokeToJson(report))).not.toContain('山田')
  })
})

describe('a fault at every exchange', () => {
  const actions = ['pull', 'reset', 'silent', 'empty', { truncate: 1 }, { status: 0x6f00 }, { garbage: '6a' }] as const
  const isRefusal = (action: (typeof actions)[number]) => typeof action === 'object' && 'status' in action
  const isSpoilt = (action: (typeof actions)[number]) => typeof action === 'object' && !('status' in action)

  test.each(actions)('%j: the run ends, the report shows it, the next round works', async (action) => {
    const clean = await smoke()
    const each = clean.card.exchanges
    const anchors = await trust()
    const made = await bench({ keepLog: false }, 10)
    await made.connection.close()
    for (let k = 1; k <= each; k += 3) {
      let first = true
      const connect = async () => {
        const connection = await connecting(made, first ? [{ at: k, do: action }] : undefined)()
        first = false
        return connection
      }
      const report = await runSmoke(connect, { at, rounds: 2, ...anchors })
      expect(report.rounds).toBe(2)
      const bad = report.steps.flatMap(({ runs }) => runs.filter((run) => run.status === 'failed'))
      // A session gets over a reset, asks again for a read that arrives spoilt, and takes a refusal for another way to ask;
      // anything else fails a step.
      const isRead = clean.sent()[k - 1]!.startsWith('00B0')
      if (action === 'reset') expect(report.resets).toBe(1)
      else if (isSpoilt(action) && isRead) {
        expect(report.exchanges).toBeGreaterThan(2 * each)
        expect(report.counts).toEqual(clean.report.counts)
        expect(bad).toEqual([])
      } else if (!isRefusal(action)) expect(bad.length).toBeGreaterThan(0)
      expect(bad.every(({ round }) => round === 1)).toBe(true)
      for (const { reason } of bad) expect(reason).toMatch(/^ERR_/)
      made.transport.remove()
    }
  })
})

test('interrupted: the session is ended, the rest skipped', async () => {
  const made = await bench()
  await made.connection.close()
  const stop = new AbortController()
  const connect = async () => {
    const connection = await connecting(made)()
    stop.abort()
    return connection
  }
  const report = await runSmoke(connect, { at, rounds: 3, signal: stop.signal })
  expect(report).toMatchObject({ rounds: 1, interrupted: true, cleared: true })
  expect(status(report, 'identify')).toBe('skipped interrupted')
  expect(status(report, 'close')).toBe('passed')
})

test('options that cannot be are refused, and PINs wiped', async () => {
  const connect = () => Promise.reject(new Error('unused'))
  const pin = Pin.fromText('1234')
  await expect(runSmoke(connect, { at, rounds: 0, pins: { auth: pin } })).rejects.toThrow(RangeError)
  expect(pin.length).toBe(0)
  await expect(runSmoke(connect, { at, pins: { auth: pin } })).rejects.toThrow(TypeError)
  await expect(runSmoke(connect, { at: new Date(Number.NaN) })).rejects.toThrow(RangeError)
})

describe('reports', () => {
  test('hold nothing personal', async () => {
    const pins = { auth: Pin.fromText('1234'), sign: Pin.fromText('ABC123') }
    const { report } = await smoke({ pins })
    const { holder, serialNumber, municipalityCode, cardExpiry } = await identity()
    const { auth, sign } = await identity()
    const texts = [
      JSON.stringify(smokeToJson(report)),
      ...(['en', 'ja'] as const).flatMap((language) => [smokeToHtml(report, language), smokeToJunit(report, language)]),
    ]
    const certificates = [auth, sign].map(({ certificate }) => Certificate.fromDer(certificate))
    const secrets = [
      ...Object.values(holder).filter(
        (value) => typeof value === 'string' && value.length > 3 && !/^[01]+$/.test(value),
      ),
      ...[serialNumber, cardExpiry, cardExpiry.replaceAll('-', ''), `"${municipalityCode}`, 'ABC123'],
      ...certificates.flatMap((one) => [one.subject, one.notAfter.toISOString().slice(0, 10)]),
      ...certificates.flatMap(({ subject }) => /CN=([^,]+)/.exec(subject)?.[1] ?? []),
    ] as string[]
    expect(secrets.length).toBeGreaterThan(10)
    // Hexadecimal of the ATR and the style hold digits of all sorts.
    const shown = texts.map((text) => text.replaceAll(report.atr!, '').replace(/<style>[\s\S]*<\/style>/, ''))
    for (const secret of secrets) {
      for (const text of shown) expect(text.includes(secret), `a report holds ${secret}`).toBe(false)
    }
  })

  test('JUnit counts what the report counts', async () => {
    const { report } = await smoke({}, { triesLeft: { sign: 0 } })
    const xml = smokeToJunit(report, 'en')
    expect(xml.match(/<testcase /g)).toHaveLength(40)
    expect(xml.match(/<failure type="ERR_PIN_BLOCKED"/g)).toHaveLength(1)
    expect(xml.match(/<skipped /g)).toHaveLength(report.counts.skipped)
  })

  test('JUnit: the time of a case is the sum of its runs', async () => {
    const { report } = await smoke()
    const identify = step(report, 'identify')
    const runs = [1000, 2000, 9000].map((durationMs, i) => ({ ...identify.runs[0]!, round: i + 1, durationMs }))
    const xml = smokeToJunit({ ...report, steps: [{ ...identify, runs }] }, 'en')
    expect(/<testcase [^>]*time="([^"]+)"/.exec(xml)?.[1]).toBe('12.000')
  })
})
