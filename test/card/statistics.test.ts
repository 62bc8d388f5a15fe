import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel'
import { describe, expect, test } from 'vitest'
import { type ExchangeMessage, exchangeChannelName, observeExchanges, Pin } from '../../src/card/index.ts'
import { identifyCard } from '../../src/identify/index.ts'
import { JpkiApplication } from '../../src/jpki/index.ts'
import { bench } from '../support/virtual.ts'

describe('the channel jpki-card:exchange', () => {
  test('publishes every command of a session, with times and status words and no data', async () => {
    const published: ExchangeMessage[] = []
    const listen = (message: unknown) => published.push(message as ExchangeMessage)
    subscribe(exchangeChannelName, listen)
    const { session, card } = await bench()
    const one = await session()
    const jpki = await JpkiApplication.open(one)
    await jpki.authenticate(new Uint8Array(32).fill(0xab), Pin.fromText('1234'))
    await one.close()
    unsubscribe(exchangeChannelName, listen)
    expect(published.length).toBe(card.exchanges)
    expect(published.map(({ command }) => command)).toContain('VERIFY')
    expect(published.every(({ reader, error }) => reader === 'Virtual Reader 0' && error === undefined)).toBe(true)
    expect(published.every(({ milliseconds }) => milliseconds >= 0)).toBe(true)
    const fields = ['command', 'commandBytes', 'error', 'ins', 'milliseconds', 'reader', 'responseBytes', 'sw']
    for (const message of published) {
      expect(Object.keys(message).sort()).toEqual(fields)
      for (const value of Object.values(message)) expect(typeof value).not.toBe('object')
    }
    expect(JSON.stringify(published)).not.toMatch(/1234|31323334|abab/i)
  })

  test('publishes a failure with its code', async () => {
    const published: ExchangeMessage[] = []
    const listen = (message: unknown) => published.push(message as ExchangeMessage)
    subscribe(exchangeChannelName, listen)
    const { session } = await bench({ faults: [{ at: 2, do: 'pull' }] })
    const one = await session()
    await identifyCard(one).catch(() => {})
    unsubscribe(exchangeChannelName, listen)
    await one.close()
    expect(published.map(({ sw, error }) => sw ?? error)).toEqual([0x9000, 'ERR_CARD_REMOVED'])
  })

  test('there is no listener by default', () => {
    expect(channel(exchangeChannelName).hasSubscribers).toBe(false)
  })
})

describe('statistics', () => {
  test('sum up status words, errors, times and readers', async () => {
    using statistics = observeExchanges()
    const { session, transport, card } = await bench()
    const one = await session()
    await identifyCard(one)
    const jpki = await JpkiApplication.open(one)
    await jpki.authenticate(new Uint8Array(32), Pin.fromText('9999')).catch(() => {})
    await one.close()
    card.setFaults([{ at: 'every', do: { truncate: 1 } }])
    const two = await session()
    await identifyCard(two).catch(() => {})
    card.setFaults(undefined)
    statistics.stop()
    await two.close()
    await transport.close()
    const { exchanges, statusWords, errors, commands, readers } = statistics.report()
    expect(exchanges).toBe(card.exchanges - 1)
    expect(statusWords).toMatchObject({ '63C2': 1, '9000': expect.any(Number) })
    expect(errors).toEqual({ ERR_RESPONSE_MALFORMED: expect.any(Number) })
    const { count, median, p95, max } = Object.entries(commands).find(([name]) => name.startsWith('SELECT'))![1]
    expect(count).toBeGreaterThan(5)
    expect(median).toBeLessThanOrEqual(p95)
    expect(p95).toBeLessThanOrEqual(max)
    const health = readers['Virtual Reader 0']!
    expect(health).toMatchObject({ exchanges, lastError: 'ERR_RESPONSE_MALFORMED' })
    expect(health.failuresInARow).toBe(health.failures)
  })

  test('are bounded whatever is published', () => {
    using statistics = observeExchanges()
    for (let i = 0; i < 2000; i++) {
      const message: ExchangeMessage = {
        reader: `reader ${i}`,
        command: `command ${i}`,
        ins: 0,
        sw: i,
        error: undefined,
        commandBytes: 0,
        responseBytes: 0,
        milliseconds: i,
      }
      channel(exchangeChannelName).publish(message)
    }
    const { exchanges, statusWords, commands, readers } = statistics.report()
    expect(exchanges).toBe(2000)
    for (const table of [statusWords, commands, readers]) expect(Object.keys(table).length).toBeLessThanOrEqual(257)
    expect(commands['other']).toEqual({ count: 1744, median: expect.any(Number), p95: expect.any(Number), max: 1999 })
  })
})
