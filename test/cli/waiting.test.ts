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
    expect(err).toBe('Put the card in the reader. (waiting up to 1 s)\n')
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
