import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../src/bytes.ts'
import { VirtualTransport } from '../../src/emulator/index.ts'
import type { CardConnection, ReaderEvent } from '../../src/transport/connection.ts'
import { poweredCard, selectFile, selectJpki, verifyCurrent } from './support.ts'

const reader = 'Virtual Reader 0'
const transmit = async (connection: CardConnection, hex: string): Promise<string> =>
  toHex(await connection.transmit(fromHex(hex)))

async function inserted(options: { apduTimeoutMs?: number } = {}) {
  const card = await poweredCard()
  const transport = new VirtualTransport({ card, ...options })
  return { card, transport }
}

async function collect(events: AsyncIterable<ReaderEvent>): Promise<string[]> {
  const seen: string[] = []
  for await (const event of events) {
    const { type } = event
    const name = 'reader' in event ? (typeof event.reader === 'string' ? event.reader : event.reader.name) : ''
    seen.push(`${type} ${name}`.trim())
  }
  return seen
}

describe('connecting', () => {
  test('an exclusive connection keeps every other one off', async () => {
    const { transport, card } = await inserted()
    const first = await transport.connect(reader)
    expect(first.reader).toBe(reader)
    expect(toHex(first.atr)).toBe(toHex(card.atr))
    await expect(transport.connect(reader)).rejects.toMatchObject({ code: 'ERR_READER_BUSY' })
    await expect(transport.connect(reader, { exclusive: false })).rejects.toMatchObject({ code: 'ERR_READER_BUSY' })
    expect((await transport.readers())[0]?.busy).toBe(true)
    await first.close()
    const second = await transport.connect(reader, { exclusive: false })
    await transport.connect(reader, { exclusive: false })
    await expect(transport.connect(reader)).rejects.toMatchObject({ code: 'ERR_READER_BUSY' })
    expect(await transmit(second, selectJpki)).toBe('9000')
  })

  test('says why it cannot', async () => {
    const transport = new VirtualTransport({ readers: ['A', 'B'] })
    await expect(transport.connect('C')).rejects.toMatchObject({ code: 'ERR_NO_READER' })
    await expect(transport.connect('A')).rejects.toMatchObject({ code: 'ERR_NO_CARD' })
    transport.insert('mute', 'B')
    await expect(transport.connect('B')).rejects.toMatchObject({ code: 'ERR_CARD_MUTE' })
    await expect(transport.connect('A', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ERR_ABORTED' })
    transport.loseService()
    await expect(transport.connect('A')).rejects.toMatchObject({ code: 'ERR_SERVICE_UNAVAILABLE' })
    await expect(transport.readers()).rejects.toMatchObject({ code: 'ERR_SERVICE_UNAVAILABLE' })
  })
})

describe('a connection', () => {
  test('answers transmits in order', async () => {
    const { transport, card } = await inserted()
    const connection = await transport.connect(reader)
    card.setFaults([{ at: 1, do: { delayMs: 20 } }])
    const answers = await Promise.all(
      [selectJpki, selectFile('0018'), '00200080'].map((hex) => transmit(connection, hex)),
    )
    expect(answers).toEqual(['9000', '9000', '63C3'])
  })

  test('a pulled card is ERR_CARD_REMOVED, for the exchange under way and later ones', async () => {
    const { transport, card } = await inserted()
    const connection = await transport.connect(reader)
    card.setFaults([{ at: 1, do: 'silent' }])
    const hanging = transmit(connection, selectJpki)
    setTimeout(() => transport.remove(), 10)
    await expect(hanging).rejects.toMatchObject({ code: 'ERR_CARD_REMOVED' })
    await expect(transmit(connection, selectJpki)).rejects.toMatchObject({ code: 'ERR_CARD_REMOVED' })
    transport.insert(card)
    await expect(transmit(connection, selectJpki)).rejects.toMatchObject({ code: 'ERR_CARD_REMOVED' })
    await expect(connection.reconnect('reset')).rejects.toMatchObject({ code: 'ERR_CARD_REMOVED' })
  })

  test('the pull fault empties the reader', async () => {
    const { transport, card } = await inserted()
    const connection = await transport.connect(reader)
    card.setFaults([{ at: 1, do: 'pull' }])
    await expect(transmit(connection, selectJpki)).rejects.toMatchObject({ code: 'ERR_CARD_REMOVED' })
    expect((await transport.readers())[0]?.cardPresent).toBe(false)
  })

  test('a reset by another connection is noticed at the next transmit, and reconnect heals it', async () => {
    const { transport, card } = await inserted()
    const mine = await transport.connect(reader, { exclusive: false })
    const other = await transport.connect(reader, { exclusive: false })
    await transmit(mine, selectJpki)
    await other.close('reset')
    await expect(transmit(mine, selectJpki)).rejects.toMatchObject({ code: 'ERR_CARD_RESET' })
    await expect(transmit(mine, selectJpki)).rejects.toMatchObject({ code: 'ERR_CARD_RESET' })
    await mine.reconnect('leave')
    expect(await transmit(mine, selectJpki)).toBe('9000')
    card.setFaults([{ at: 1, do: 'reset' }])
    await expect(transmit(mine, selectJpki)).rejects.toMatchObject({ code: 'ERR_CARD_RESET' })
    await mine.reconnect('unpower')
    expect(await transmit(mine, selectJpki)).toBe('9000')
  })

  test.each([
    ['leave', true],
    ['reset', true],
    ['unpower', false],
  ] as const)('closing with %s leaves the PIN verified: %s', async (disposition, verified) => {
    const { transport, card } = await inserted()
    const connection = await transport.connect(reader)
    for (const hex of [selectJpki, selectFile('0018'), verifyCurrent('1234')]) await transmit(connection, hex)
    await connection.close(disposition)
    await connection.close('unpower')
    expect(card.verified('auth')).toBe(verified)
    await expect(transmit(connection, selectJpki)).rejects.toMatchObject({ code: 'ERR_CONNECTION_CLOSED' })
    await expect(connection.reconnect('leave')).rejects.toMatchObject({ code: 'ERR_CONNECTION_CLOSED' })
  })

  test('a silent card is ERR_TIMEOUT, after which the connection is dead and the card free', async () => {
    const { transport, card } = await inserted({ apduTimeoutMs: 30 })
    const connection = await transport.connect(reader)
    card.setFaults([{ at: 1, do: 'silent' }])
    await expect(transmit(connection, selectJpki)).rejects.toMatchObject({ code: 'ERR_TIMEOUT' })
    await expect(transmit(connection, selectJpki)).rejects.toMatchObject({ code: 'ERR_CONNECTION_CLOSED' })
    expect(await transmit(await transport.connect(reader), selectJpki)).toBe('9000')
  })

  test('an empty answer is a lost card, one byte is passed on', async () => {
    const { transport, card } = await inserted()
    const connection = await transport.connect(reader)
    card.setFaults([
      { at: 1, do: { truncate: 1 } },
      { at: 2, do: 'empty' },
    ])
    expect(await transmit(connection, selectJpki)).toBe('90')
    await expect(transmit(connection, selectJpki)).rejects.toMatchObject({ code: 'ERR_CARD_REMOVED' })
  })

  test('the service dying resets every card', async () => {
    const { transport } = await inserted()
    const connection = await transport.connect(reader)
    transport.loseService()
    await expect(transmit(connection, selectJpki)).rejects.toMatchObject({ code: 'ERR_CARD_RESET' })
  })
})

describe('watching', () => {
  test('reports what is there, then what changes, and ends with the signal', async () => {
    const { transport, card } = await inserted()
    const stop = new AbortController()
    const seen = collect(transport.watch({ signal: stop.signal }))
    transport.remove()
    transport.attachReader('B')
    transport.insert(card, 'B')
    transport.detachReader('B')
    transport.loseService()
    transport.restoreService()
    stop.abort()
    expect(await seen).toEqual([
      `reader-attached ${reader}`,
      `card-inserted ${reader}`,
      `card-removed ${reader}`,
      'reader-attached B',
      'card-inserted B',
      'card-removed B',
      'reader-detached B',
      'service-lost',
      'service-restored',
    ])
  })

  test('ends when the transport closes, also for a pending wait', async () => {
    const { transport } = await inserted()
    const seen = collect(transport.watch())
    await new Promise((resolve) => setTimeout(resolve, 5))
    await transport.close()
    expect((await seen).length).toBe(2)
    expect(await collect(transport.watch())).toEqual([`reader-attached ${reader}`, `card-inserted ${reader}`])
  })

  test('waitForCard resolves at once, later, or gives up', async () => {
    const { transport, card } = await inserted()
    expect((await transport.waitForCard()).name).toBe(reader)
    transport.attachReader('B')
    await expect(transport.waitForCard({ reader: 'B', timeoutMs: 20 })).rejects.toMatchObject({ code: 'ERR_TIMEOUT' })
    const reason = new Error('enough')
    const stop = new AbortController()
    const waiting = transport.waitForCard({ reader: 'B', signal: stop.signal })
    stop.abort(reason)
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_ABORTED', cause: reason })
    const coming = transport.waitForCard({ reader: 'B' })
    transport.insert('mute', 'B')
    transport.remove('B')
    transport.remove()
    transport.insert(card, 'B')
    expect((await coming).atr).toEqual(card.atr)
  })
})
