import { describe, expect, it } from 'vitest'
import { VirtualTransport } from '../../src/emulator/index.ts'
import { TransportError } from '../../src/errors.ts'
import { cardInReader, run } from './harness.ts'

describe('no card', () => {
  it.each([
    ['no reader', () => new VirtualTransport({ readers: [] }), 'ERR_NO_READER'],
    ['an empty reader', () => new VirtualTransport(), 'ERR_NO_CARD'],
    [
      'a mute card',
      () => {
        const transport = new VirtualTransport()
        transport.insert('mute')
        return transport
      },
      'ERR_CARD_MUTE',
    ],
    [
      'no service',
      () => {
        const transport = new VirtualTransport()
        transport.loseService()
        return transport
      },
      'ERR_SERVICE_UNAVAILABLE',
    ],
  ])('%s: exit 3', async (_, transport, code) => {
    const outcome = await run('inspect --json --wait 0', { transport: transport() })
    expect([outcome.code, outcome.json.error.code]).toEqual([3, code])
    for (const lang of ['en', 'ja']) {
      const words = await run(`inspect --wait 0 --lang ${lang}`, { transport: transport() })
      expect([words.code, words.out]).toEqual([3, ''])
      expect(words.err).toContain(code)
    }
  })

  it('no binding: exit 3', async () => {
    const openPcsc = () => Promise.reject(new TransportError('ERR_BINDING_MISSING', 'none'))
    const { code, json } = await run('readers --json', { dependencies: { openPcsc } })
    expect([code, json.error.code]).toEqual([3, 'ERR_BINDING_MISSING'])
  })

  it('a card another program holds: exit 3', async () => {
    const { transport } = await cardInReader()
    await transport.connect('Virtual Reader 0')
    const { code, json } = await run('inspect --json', { transport })
    expect([code, json.error.code]).toEqual([3, 'ERR_READER_BUSY'])
  })

  it('a reader of another name: exit 3', async () => {
    const { transport } = await cardInReader()
    const { json } = await run('inspect --json --wait 0 --reader Other', { transport })
    expect(json.error.code).toBe('ERR_NO_READER')
  })

  it('a card pulled while in use: exit 3', async () => {
    const { transport } = await cardInReader({ faults: [{ at: 3, do: 'pull' }] })
    const { code, json } = await run('inspect --json', { transport })
    expect([code, json.error.code]).toEqual([3, 'ERR_CARD_REMOVED'])
  })
})

describe('waiting', () => {
  it('ends with ERR_TIMEOUT, and says once what is waited for', async () => {
    const { code, json, err } = await run('inspect --json --wait 1', { transport: new VirtualTransport() })
    expect([code, json.error.code]).toEqual([3, 'ERR_TIMEOUT'])
    expect(err).toBe('Insert the card into the reader. (waiting up to 1 s)\n')
    const none = await run('inspect --json --wait 1', { transport: new VirtualTransport({ readers: [] }) })
    expect(none.json.error.code).toBe('ERR_NO_READER')
    expect(none.err).toContain('Connect a reader')
  })

  it('goes on when the card comes, and counts down on a terminal', async () => {
    const { card } = await cardInReader()
    const transport = new VirtualTransport()
    setTimeout(() => transport.insert(card), 400)
    const { code, err } = await run('pin status --lang ja', { transport, stderrTTY: true })
    expect(code).toBe(0)
    expect(err).toContain('カードをリーダーに置いてください')
    expect(err.match(/秒/g)!.length).toBeGreaterThan(1)
    expect(err.endsWith('\r\x1b[K')).toBe(true)
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('is aborted by %s: exit %d', async (signal, code) => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(signal), 50)
    const outcome = await run('inspect --json', { transport: new VirtualTransport(), signal: controller.signal })
    expect([outcome.code, outcome.json.error.code]).toEqual([code, 'ERR_ABORTED'])
  })
})

describe('the end of a session', () => {
  it('warns and exits 1 when the card could not be cleared', async () => {
    const silent = { at: 'every', on: 0x2a, do: 'silent' } as const
    const { transport } = await cardInReader({ faults: [silent] })
    const { code, json, err } = await run('auth --challenge 00 --json --pin-stdin', { stdin: '1234\n', transport })
    expect(code).toBe(1)
    expect(json).toMatchObject({ ok: false, error: { code: 'ERR_TIMEOUT' }, cleared: false })
    expect(err).toContain('WARNING')
  })

  it('warns when only the clearing failed', async () => {
    const { transport } = await cardInReader({ faults: [{ at: 3, do: 'silent' }] })
    const { code, json } = await run('juki status --json', { transport })
    expect(code).toBe(1)
    expect(json).toMatchObject({ ok: false, error: { code: 'ERR_STATE_NOT_CLEARED' }, cleared: false })
    const second = await cardInReader({ faults: [{ at: 3, do: 'silent' }] })
    const words = await run('juki status --lang ja', { transport: second.transport })
    expect([words.code, words.out]).toEqual([1, ''])
    expect(words.err).toContain('今すぐカードをリーダーから取り外してください')
  })

  it('closes the session and clears the PIN when aborted in between', async () => {
    const controller = new AbortController()
    const { card, transport } = await cardInReader({ faults: [{ at: 'every', on: 0x2a, do: { delayMs: 100 } }] })
    const running = run('auth --challenge 00 --json --pin-stdin', {
      stdin: '1234\n',
      transport,
      signal: controller.signal,
    })
    while (!card.verified('auth')) await new Promise((resolve) => setTimeout(resolve, 2))
    controller.abort('SIGINT')
    const { code, json } = await running
    expect([code, json.error.code]).toEqual([130, 'ERR_ABORTED'])
    expect(card.verified('auth')).toBe(false)
  })
})

describe('the reader', () => {
  const names = ['ACS ACR1252 Reader 00 00', 'SONY PaSoRi RC-S300 01 00', 'SONY PaSoRi RC-S300 Pro 02 00']

  async function readers(inside: Readonly<Record<string, 'card' | 'held' | 'mute'>>) {
    const transport = new VirtualTransport({ readers: names })
    for (const [name, what] of Object.entries(inside)) {
      transport.insert(what === 'mute' ? 'mute' : (await cardInReader()).card, name)
      if (what === 'held') await transport.connect(name)
    }
    return transport
  }
  const [first, second, third] = names as [string, string, string]

  it.each(['inspect', 'pin status', 'smoke --rounds 1', 'soak --sessions 1'])(
    '%s takes the one whose card no other program holds',
    async (command) => {
      const transport = await readers({ [first]: 'held', [second]: 'mute', [third]: 'card' })
      const { code } = await run(`${command} --json --wait 0`, { transport })
      expect(code).toBe(0)
    },
  )

  it('that turns out to be held is left for the next one', async () => {
    const transport = await readers({ [first]: 'held', [third]: 'card' })
    const states = transport.readers.bind(transport)
    transport.readers = async () => (await states()).map((state) => ({ ...state, busy: false }))
    const { code, json } = await run('inspect --json', { transport })
    expect([code, json.reader]).toEqual([0, third])
  })

  it.each([{ [first]: 'held' }, { [first]: 'held', [third]: 'held' }] as const)(
    'is named at once when every card is held: %j',
    async (inside) => {
      const began = performance.now()
      const transport = await readers(inside as Record<string, 'held'>)
      const { code, json } = await run('inspect --json', { transport })
      expect([code, json.error.code]).toEqual([3, 'ERR_READER_BUSY'])
      for (const name of Object.keys(inside)) expect(json.error.detail).toContain(name)
      expect(performance.now() - began).toBeLessThan(5_000)
    },
  )

  it('whose card is held is waited for when --wait says so', async () => {
    const transport = new VirtualTransport({ card: (await cardInReader()).card })
    const connection = await transport.connect('Virtual Reader 0')
    setTimeout(() => connection.close(), 300)
    const { code, err } = await run('inspect --json --wait 20', { transport })
    expect([code, err]).toEqual([0, expect.stringContaining('Another program uses the card')])
  })

  it.each(['acr1252', 'ＡＣＲ１２５２', first, first.toLowerCase()])('is named by %s', async (name) => {
    const transport = await readers({ [first]: 'card', [second]: 'card' })
    const { code, json } = await run(['inspect', '--json', '--reader', name], { transport })
    expect([code, json.reader]).toEqual([0, first])
    const again = { transport: await readers({ [first]: 'card', [second]: 'held' }) }
    expect((await run(['soak', '--sessions', '1', '--json', '--reader', name], again)).code).toBe(0)
  })

  it('of exactly that name comes before those that have it in theirs', async () => {
    const transport = new VirtualTransport({ readers: ['Reader 10', 'Reader 1'] })
    transport.insert((await cardInReader()).card, 'Reader 1')
    const { code, json } = await run(['inspect', '--json', '--reader', 'reader 1'], { transport })
    expect([code, json.reader]).toEqual([0, 'Reader 1'])
  })

  it.each(['inspect', 'smoke', 'soak'])(
    'of a wrong name ends %s at once, with the names there are',
    async (command) => {
      const began = performance.now()
      for (const lang of ['en', 'ja']) {
        const transport = await readers({ [first]: 'card' })
        const { code, out, err } = await run(`${command} --reader Other --lang ${lang}`, { transport })
        expect([code, out]).toEqual([3, ''])
        for (const name of [...names, 'ERR_NO_READER']) expect(err).toContain(name)
      }
      expect(performance.now() - began).toBeLessThan(5_000)
    },
  )

  it('that several names fit is a usage error with those names', async () => {
    const transport = await readers({ [second]: 'card' })
    const { code, json } = await run('inspect --json --reader pasori', { transport })
    expect([code, json.error.code]).toEqual([2, 'ERR_USAGE'])
    expect(json.error.message).toContain(`${second}, ${third}`)
    expect(json.error.message).not.toContain(first)
  })

  it('is waited for with --wait, and when no reader is attached', async () => {
    const { card } = await cardInReader()
    for (const others of [['Other'], []]) {
      const transport = new VirtualTransport({ readers: others })
      setTimeout(() => {
        transport.attachReader(second)
        transport.insert(card, second)
      }, 300)
      const line = ['inspect', '--json', '--reader', 'rc-s300', ...(others.length > 0 ? ['--wait', '20'] : [])]
      const { code, json } = await run(line, { transport })
      expect([code, json.reader]).toEqual([0, second])
      transport.remove(second)
    }
  })

  it('is waited for while it is empty, whatever is in others', async () => {
    const transport = await readers({ [second]: 'card' })
    const { card } = await cardInReader()
    setTimeout(() => transport.insert(card, first), 300)
    const { code, json } = await run('inspect --json --reader acr', { transport })
    expect([code, json.reader]).toEqual([0, first])
  })
})

describe('what card and reader take', () => {
  it('is settled by hand', async () => {
    const settled = ['extended-length', 'short-file-id', 'direct-reference'].map((name) => `--${name} no`).join(' ')
    for (const [options, most] of [
      ['', 1],
      [settled, 0],
    ] as const) {
      const { card, transport } = await cardInReader({
        capabilities: { extendedLength: false, shortFileId: false, directReference: false },
        interface: 'contactless',
      })
      const { code } = await run(`certificate auth --json ${options}`.trim(), { transport })
      expect(code).toBe(0)
      const refused = card.log.filter(({ response }) => response.length === 2 && response[0] !== 0x90)
      expect(refused.length > 0).toBe(most > 0)
    }
    const { card, transport } = await cardInReader({ selectP2: [0x00] })
    expect((await run('pin status --json --select-without-data no', { transport })).code).toBe(0)
    expect(card.log.every(({ command }) => command[1] !== 0xa4 || command[3] !== 0x0c)).toBe(true)
  })

  it.each(['readers', 'doctor', 'emulate', 'demo', 'profile check x.json', 'stripe decode', 'verify x.der'])(
    'is refused by %s, which has no session',
    async (command) => {
      const { code, err } = await run(`${command} --extended-length no`)
      expect([code, err]).toEqual([2, expect.stringContaining('--extended-length')])
    },
  )

  it.each(['maybe', 'unknown', ''])('is yes or no, not %j', async (value) => {
    const { code } = await run(['inspect', `--extended-length=${value}`])
    expect(code).toBe(2)
  })
})
