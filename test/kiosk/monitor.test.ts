import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { CardSession, Pin } from '../../src/card/index.ts'
import { createVirtualCard, VirtualTransport } from '../../src/emulator/index.ts'
import { TransportError } from '../../src/errors.ts'
import { JpkiApplication } from '../../src/jpki/index.ts'
import { type KioskEvent, KioskMonitor } from '../../src/kiosk/index.ts'
import type { ReaderEvent } from '../../src/transport/index.ts'
import { identity } from '../support/virtual.ts'

const A = 'Virtual Reader 0'
const card = async (options = {}) => createVirtualCard({ identity: await identity(), ...options })
const short = (event: KioskEvent): string =>
  [event.type, event.reader, 'card' in event && event.card, 'error' in event && event.error.code]
    .filter(Boolean)
    .join(' ')

function follow(monitor: KioskMonitor) {
  const events: KioskEvent[] = []
  const iterator = monitor[Symbol.asyncIterator]()
  return {
    events,
    /** Reads until such an event; returns all events up to it. */
    async until(type: KioskEvent['type']): Promise<string[]> {
      const read: string[] = []
      for (;;) {
        const { value, done } = await iterator.next()
        if (done) throw new Error('the events ended')
        events.push(value)
        read.push(short(value))
        if (value.type === type) return read
      }
    },
  }
}

async function monitored(transport: VirtualTransport) {
  const monitor = new KioskMonitor(transport)
  return {
    monitor,
    ...follow(monitor),
    end: async () => {
      await monitor.close()
      await transport.close()
    },
  }
}

describe('a kiosk monitor', () => {
  test('leaves a phone as its holder has verified it, for one signature in a session of its own', async () => {
    const transport = new VirtualTransport()
    const { until, end } = await monitored(transport)
    const phone = await card({ kind: 'phone-iphone' })
    transport.insert(phone)
    await until('card-identified')
    const session = new CardSession(await transport.connect(A))
    await (await JpkiApplication.open(session)).authenticate(Uint8Array.of(1), 'device')
    expect((await session.close()).cleared).toBe(true)
    expect(phone.verified('auth')).toBe(false)
    await end()
  })

  test('reports readers, cards, their identification and PINs', async () => {
    const transport = new VirtualTransport()
    const { monitor, until, events, end } = await monitored(transport)
    expect(await until('reader-attached')).toEqual([`reader-attached ${A}`])
    transport.insert(await card({ triesLeft: { auth: 2 } }))
    expect(await until('card-identified')).toEqual([`card-inserted ${A} 1`, `card-identified ${A} 1`])
    const survey = {
      kind: 'my-number',
      applications: ['jpki', 'common', 'juki', 'visual', 'text'],
      pins: { auth: { state: 'usable', triesLeft: 2 }, sign: { state: 'usable', triesLeft: 5 } },
      certificates: { auth: true, sign: true },
    }
    expect(events.at(-1)).toMatchObject({ survey })
    expect(monitor.readers).toEqual([{ name: A, card: { number: 1, survey }, trouble: undefined }])
    transport.remove()
    expect(await until('card-removed')).toEqual([`card-removed ${A} 1`])
    expect(monitor.readers).toEqual([{ name: A, card: undefined, trouble: undefined }])
    transport.insert(await card({ kind: 'juki' }))
    await until('card-identified')
    expect(events.at(-1)).toMatchObject({ card: 2, survey: { kind: 'juki' } })
    await end()
  })

  test('disconnects the card before it reports the identification, with no PIN verified on it', async () => {
    const inserted = await card()
    const transport = new VirtualTransport({ card: inserted })
    // Another program leaves its PIN verified.
    const other = await transport.connect(A)
    await other.transmit(Buffer.from('00A4040C0AD392F000260100000001', 'hex'))
    await other.transmit(Buffer.from('002000980431323334', 'hex'))
    await other.close()
    expect(inserted.verified('auth')).toBe(true)
    const { until, end } = await monitored(transport)
    await until('card-identified')
    expect(inserted.verified('auth')).toBe(false)
    const session = new CardSession(await transport.connect(A))
    const jpki = await JpkiApplication.open(session)
    await jpki.authenticate(new Uint8Array(32), Pin.fromText('1234'))
    await session.close()
    await end()
    expect([inserted.triesLeft('auth'), inserted.triesLeft('sign')]).toEqual([3, 5])
  })

  test('a card removed during identification is reported as removed, never as identified', async () => {
    const transport = new VirtualTransport()
    const { until, events, end } = await monitored(transport)
    await until('reader-attached')
    for (let at = 1; at <= 9; at++) {
      transport.insert(await card({ faults: [{ at, do: 'pull' }] }))
      await until('card-removed')
      expect(events.slice(-2).map(short), `at ${at}`).toEqual([`card-inserted ${A} ${at}`, `card-removed ${A} ${at}`])
    }
    transport.insert(await card())
    await until('card-identified')
    await end()
  })

  test.each(['identified', 'trouble'] as const)('no event follows for a card removed before it was %s', async (end) => {
    const inner = new VirtualTransport()
    let late = 0
    const transport = Object.assign(Object.create(inner), {
      watch: inner.watch.bind(inner),
      connect: async (name: string) => {
        const connection = await inner.connect(name)
        if (end === 'identified') {
          // Giving the card back takes its time: it is out before that is done.
          const close = connection.close.bind(connection)
          connection.close = async (disposition) => {
            await sleep(40)
            late++
            await close(disposition)
          }
          return connection
        }
        await connection.close()
        await sleep(late === 0 ? 1 : 40)
        late++
        throw new TransportError('ERR_READER_BUSY', 'held')
      },
    })
    const monitor = new KioskMonitor(transport)
    const events: string[] = []
    monitor.on((event) => events.push(short(event)))
    inner.insert(await card())
    await sleep(end === 'identified' ? 20 : 170)
    expect(late).toBe(end === 'identified' ? 0 : 1)
    inner.remove()
    await sleep(80)
    expect(late).toBe(end === 'identified' ? 1 : 2)
    expect(events).toEqual([`reader-attached ${A}`, `card-inserted ${A} 1`, `card-removed ${A} 1`])
    await monitor.close()
    await inner.close()
  })

  test('a card in and out and in again at once is two insertions', async () => {
    const transport = new VirtualTransport()
    const { until, end } = await monitored(transport)
    await until('reader-attached')
    transport.insert(await card())
    transport.remove()
    transport.insert(await card())
    expect(await until('card-identified')).toEqual([
      `card-inserted ${A} 1`,
      `card-removed ${A} 1`,
      `card-inserted ${A} 2`,
      `card-identified ${A} 2`,
    ])
    await end()
  })

  test('a card that another program holds is trouble until it lets go', async () => {
    const transport = new VirtualTransport({ card: await card() })
    const other = await transport.connect(A)
    const { until, end } = await monitored(transport)
    expect(await until('trouble')).toEqual([
      `reader-attached ${A}`,
      `card-inserted ${A} 1`,
      `trouble ${A} 1 ERR_READER_BUSY`,
    ])
    await other.close()
    expect(await until('recovered')).toEqual([`card-identified ${A} 1`, `recovered ${A} 1`])
    await end()
  })

  test('a card that answers wrongly is tried some times, and is trouble until it is taken out', async () => {
    const transport = new VirtualTransport()
    const { monitor, until, end } = await monitored(transport)
    await until('reader-attached')
    transport.insert(await card({ faults: [{ at: 'every', do: { truncate: 1 } }] }))
    expect(await until('trouble')).toEqual([`card-inserted ${A} 1`, `trouble ${A} 1 ERR_RESPONSE_MALFORMED`])
    expect(monitor.readers[0]?.trouble?.code).toBe('ERR_RESPONSE_MALFORMED')
    transport.remove()
    expect(await until('recovered')).toEqual([`card-removed ${A} 1`, `recovered ${A} 1`])
    await end()
  })

  test('a mute card is trouble', async () => {
    const transport = new VirtualTransport()
    const { until, end } = await monitored(transport)
    transport.insert('mute')
    expect((await until('trouble')).at(-1)).toBe(`trouble ${A} 1 ERR_CARD_MUTE`)
    transport.remove()
    await until('recovered')
    await end()
  })

  test('the service goes and comes back', async () => {
    const transport = new VirtualTransport()
    const { monitor, until, end } = await monitored(transport)
    await until('reader-attached')
    transport.loseService()
    expect(await until('trouble')).toEqual(['trouble ERR_SERVICE_UNAVAILABLE'])
    expect(monitor.lost?.code).toBe('ERR_SERVICE_UNAVAILABLE')
    transport.insert(await card())
    await sleep(20)
    transport.restoreService()
    const events = await until('card-identified')
    expect(events).toContain('recovered')
    expect(monitor.lost).toBe(undefined)
    await end()
  })

  test('a watch that ends by an error is restarted', async () => {
    const inner = new VirtualTransport({ card: await card() })
    let watches = 0
    const transport = Object.assign(Object.create(inner), {
      connect: inner.connect.bind(inner),
      watch: async function* (options: { signal: AbortSignal }): AsyncGenerator<ReaderEvent> {
        watches++
        const events = inner.watch(options)
        if (watches > 1) return yield* events
        for await (const event of events) {
          yield event
          if (event.type === 'card-inserted') throw new TransportError('ERR_TRANSPORT', 'lost')
        }
      },
    })
    const monitor = new KioskMonitor(transport)
    const { until } = follow(monitor)
    const events = [...(await until('recovered')), ...(await until('card-identified'))]
    expect(events).toEqual([
      `reader-attached ${A}`,
      `card-inserted ${A} 1`,
      'trouble ERR_TRANSPORT',
      `card-removed ${A} 1`,
      `reader-detached ${A}`,
      'recovered',
      `reader-attached ${A}`,
      `card-inserted ${A} 2`,
      `card-identified ${A} 2`,
    ])
    await monitor.close()
    await inner.close()
  })

  test('only the readers wanted are looked at', async () => {
    const transport = new VirtualTransport({ readers: ['one', 'two'] })
    const monitor = new KioskMonitor(transport, { readers: (name) => name === 'two' })
    const { until } = follow(monitor)
    const first = await card()
    transport.insert(first, 'one')
    transport.insert(await card(), 'two')
    expect(await until('card-identified')).toEqual([
      'reader-attached two',
      'card-inserted two 1',
      'card-identified two 1',
    ])
    expect(first.exchanges).toBe(0)
    await monitor.close()
    await transport.close()
  })

  test('a listener hears the same as a loop, a late loop begins with what is there, and closing ends it', async () => {
    const transport = new VirtualTransport({ card: await card() })
    const monitor = new KioskMonitor(transport)
    const heard: string[] = []
    const off = monitor.on((event) => heard.push(short(event)))
    const events = await follow(monitor).until('card-identified')
    expect(heard).toEqual(events)
    const late: string[] = []
    const loop = (async () => {
      for await (const event of monitor) late.push(short(event))
    })()
    off()
    transport.remove()
    await sleep(5)
    await monitor.close()
    await loop
    expect(late).toEqual([...events, `card-removed ${A} 1`])
    expect(heard).toEqual(events)
    await transport.close()
  })

  test('closing in the middle of an identification gives the card back first', async () => {
    const inserted = await card({ faults: [{ at: 'every', do: { delayMs: 20 } }] })
    const transport = new VirtualTransport({ card: inserted })
    const monitor = new KioskMonitor(transport)
    await follow(monitor).until('card-inserted')
    await sleep(30)
    await monitor.close()
    const after = await transport.connect(A)
    await after.close()
    await transport.close()
  })
})
