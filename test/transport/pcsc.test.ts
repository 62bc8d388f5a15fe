import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import type { CardTransport, ReaderEvent } from '../../src/transport/connection.ts'
import { bindingNames, loadBinding, openPcsc } from '../../src/transport/pcsc/index.ts'
import { empty, FakeBinding, FakeHandle, pcscError, present } from '../support/pcscd-fake-binding.ts'

const command = Uint8Array.of(0, 0x20, 0, 0x80, 4, 1, 2, 3, 4)
const opened: CardTransport[] = []
afterEach(async () => {
  for (const transport of opened.splice(0)) await transport.close()
})

async function open(apduTimeoutMs = 1000, connectTimeoutMs = 200) {
  const binding = new FakeBinding()
  const transport = await openPcsc({ binding, apduTimeoutMs, connectTimeoutMs })
  opened.push(transport)
  return { binding, handle: binding.handle, transport }
}

async function connected(apduTimeoutMs?: number) {
  const made = await open(apduTimeoutMs)
  return { ...made, connection: await made.transport.connect('R') }
}

function follow(transport: CardTransport, signal?: AbortSignal): ReaderEvent[] {
  const events: ReaderEvent[] = []
  void (async () => {
    for await (const event of transport.watch({ signal })) events.push(event)
  })()
  return events
}

const typesOf = (events: readonly ReaderEvent[]) => events.map(({ type }) => type)

describe('exchanges', () => {
  test('wait for one another, in order', async () => {
    const { handle, connection } = await connected()
    let running = 0
    handle.onTransmit = async (sent) => {
      expect(++running).toBe(1)
      await sleep(1)
      running--
      return sent.slice()
    }
    const commands = [1, 2, 3, 4].map((i) => Uint8Array.of(0, 0, 0, i))
    expect(await Promise.all(commands.map((each) => connection.transmit(each)))).toEqual(commands)
  })

  test('leave no copy of the command behind, nor touch the caller’s', async () => {
    const { handle, connection } = await connected()
    const seen: number[][] = []
    handle.onTransmit = async (sent) => {
      seen.push([...sent])
      if (seen.length === 2) throw pcscError('NotTransacted')
      return Uint8Array.of(0x90, 0)
    }
    const mine = command.slice()
    await connection.transmit(mine)
    await expect(connection.transmit(mine)).rejects.toMatchObject({ code: 'ERR_TRANSPORT' })
    expect(seen).toEqual([[...command], [...command]])
    expect(mine).toEqual(command)
    expect(handle.sent.every((sent) => sent.every((byte) => byte === 0))).toBe(true)
  })

  test('that time out end the connection; the copy is wiped and the card given up when the call returns', async () => {
    const { binding, handle, transport, connection } = await connected(30)
    let answer!: (bytes: Uint8Array) => void
    handle.onTransmit = () => new Promise((resolve) => (answer = resolve))
    const queued = connection.transmit(command).catch((error) => error.code)
    const second = connection.transmit(command).catch((error) => error.code)
    expect([await queued, await second]).toEqual(['ERR_TIMEOUT', 'ERR_CONNECTION_CLOSED'])
    expect(handle.sent).toEqual([command])
    await connection.close()
    expect(handle.disconnects).toEqual([])
    await expect(transport.connect('R')).rejects.toMatchObject({ code: 'ERR_READER_BUSY' })
    expect(binding.connects).toBe(1)
    answer(Uint8Array.of(0x90, 0))
    await transport.connect('R')
    expect(handle.disconnects).toEqual(['leave'])
    expect(handle.sent[0]).toEqual(new Uint8Array(command.length))
  })

  test('without an answer mean that the card is lost', async () => {
    const { handle, connection } = await connected()
    handle.onTransmit = async () => new Uint8Array()
    await expect(connection.transmit(command)).rejects.toMatchObject({ code: 'ERR_CARD_REMOVED', reader: 'R' })
    await expect(connection.transmit(command)).rejects.toMatchObject({ code: 'ERR_CARD_REMOVED' })
    await expect(connection.reconnect('reset')).rejects.toMatchObject({ code: 'ERR_CARD_REMOVED' })
    expect(handle.sent.length).toBe(1)
  })

  test('that fail vaguely are a removal when the card leaves at that moment', async () => {
    const { binding, handle, connection } = await connected()
    handle.onTransmit = () => Promise.reject(pcscError('NotTransacted'))
    const failure = connection.transmit(command)
    setTimeout(() => binding.observer?.changed('R', empty), 30)
    await expect(failure).rejects.toMatchObject({ code: 'ERR_CARD_REMOVED', pcscCode: 0x80100016 })
  })

  test('take commands of 4 to 65 544 bytes', async () => {
    const { connection } = await connected()
    await expect(connection.transmit(new Uint8Array(3))).rejects.toBeInstanceOf(RangeError)
    await expect(connection.transmit(new Uint8Array(65_545))).rejects.toBeInstanceOf(RangeError)
    await connection.transmit(new Uint8Array(65_544))
  })

  test('refused by another program’s transaction leave the connection usable', async () => {
    const { handle, connection } = await connected()
    handle.onTransmit = () => Promise.reject(pcscError('SharingViolation'))
    await expect(connection.transmit(command)).rejects.toMatchObject({ code: 'ERR_READER_BUSY' })
    handle.onTransmit = async () => Uint8Array.of(0x90, 0)
    await connection.transmit(command)
  })
})

describe('connections', () => {
  test('recover from a reset by reconnect, but not to another card', async () => {
    const { handle, connection } = await connected()
    handle.onTransmit = () => Promise.reject(pcscError('ResetCard'))
    await expect(connection.transmit(command)).rejects.toMatchObject({ code: 'ERR_CARD_RESET' })
    handle.onTransmit = async () => Uint8Array.of(0x90, 0)
    await expect(connection.transmit(command)).rejects.toMatchObject({ code: 'ERR_CARD_RESET' })
    await connection.reconnect('leave')
    await connection.transmit(command)
    handle.onReconnect = async () => Object.assign(new FakeHandle(), { cardEvents: 3 })
    await expect(connection.reconnect('reset')).rejects.toMatchObject({ code: 'ERR_CARD_REMOVED' })
    await expect(connection.transmit(command)).rejects.toMatchObject({ code: 'ERR_CARD_REMOVED' })
  })

  test('end with their card, not with news of the one before', async () => {
    const { binding, connection } = await connected()
    binding.handle.cardEvents = 3
    const { transport } = { transport: opened[0]! }
    const next = await transport.connect('R')
    binding.observer?.changed('R', empty)
    await expect(connection.transmit(command)).rejects.toMatchObject({ code: 'ERR_CARD_REMOVED' })
    await next.transmit(command)
    binding.observer?.changed('R', 0x0003_0022)
    await next.transmit(command)
    binding.observer?.changed('R', 0x0005_0022)
    await expect(next.transmit(command)).rejects.toMatchObject({ code: 'ERR_CARD_REMOVED' })
  })

  test('close once, after the exchange under way, trying again while another program has a transaction', async () => {
    const { handle, connection } = await connected()
    let refusals = 2
    handle.onDisconnect = async () => {
      if (refusals-- > 0) throw pcscError('SharingViolation')
    }
    const answer = connection.transmit(command)
    await sleep(1)
    await Promise.all([connection.close('unpower'), connection.close()])
    expect(await answer).toEqual(Uint8Array.of(0x90, 0))
    expect(handle.disconnects).toEqual(['unpower', 'unpower', 'unpower'])
    await expect(connection.transmit(command)).rejects.toMatchObject({ code: 'ERR_CONNECTION_CLOSED' })
  })

  test('report a power-down that failed', async () => {
    const { handle, connection } = await connected()
    handle.onDisconnect = () => Promise.reject(pcscError('NoService'))
    await expect(connection.close('unpower')).rejects.toMatchObject({ code: 'ERR_SERVICE_UNAVAILABLE' })
  })

  test('that come too late are given up', async () => {
    const { binding, handle, transport } = await open()
    await transport.readers()
    binding.onConnect = () => sleep(300, handle)
    await expect(transport.connect('R', { timeoutMs: 20 })).rejects.toMatchObject({ code: 'ERR_TIMEOUT' })
    const signal = AbortSignal.abort('stop')
    await expect(transport.connect('R', { signal })).rejects.toMatchObject({ code: 'ERR_ABORTED', cause: 'stop' })
    await sleep(350)
    expect(handle.disconnects).toEqual(['leave'])
  })
})

describe('watching', () => {
  test('survives a stop of the service', async () => {
    const { binding, transport } = await open()
    const events = follow(transport)
    await transport.readers()
    binding.watchError = pcscError('NoService')
    binding.observer?.failed(pcscError('CommError'))
    await expect(transport.readers()).rejects.toMatchObject({ code: 'ERR_SERVICE_UNAVAILABLE', pcscCode: 0x8010001d })
    await expect(transport.waitForCard()).rejects.toMatchObject({ code: 'ERR_SERVICE_UNAVAILABLE' })
    binding.watchError = undefined
    await sleep(450)
    const arrival = ['reader-attached', 'card-inserted']
    const loss = ['service-lost', 'card-removed', 'reader-detached']
    expect(typesOf(events)).toEqual([...arrival, ...loss, 'service-restored', ...arrival])
  })

  test('restarts after other failures and reports what was missed', async () => {
    const { binding, transport } = await open()
    const events = follow(transport)
    await transport.readers()
    binding.readers = new Map([
      ['R', 0x0003_0022],
      ['S', 0x12],
    ])
    binding.observer?.failed(pcscError('StatusEventBufferOverflow'))
    await sleep(300)
    expect(typesOf(events).slice(2)).toEqual(['card-removed', 'card-inserted', 'reader-attached'])
    binding.readers.delete('S')
    binding.observer?.failed(new Error('a reader left'))
    await sleep(500)
    expect(events.at(-1)).toEqual({ type: 'reader-detached', reader: 'S' })
    expect(binding.watches).toBe(binding.stops + 1)
  })

  test('ends with the signal, and with the transport', async () => {
    const { transport } = await open()
    const abort = new AbortController()
    const first = transport.watch({ signal: abort.signal })[Symbol.asyncIterator]()
    const second = transport.watch()[Symbol.asyncIterator]()
    for (const iterator of [first, second]) for (let i = 0; i < 2; i++) await iterator.next()
    const waiting = first.next()
    abort.abort()
    expect((await waiting).done).toBe(true)
    const other = second.next()
    await transport.close()
    expect((await other).done).toBe(true)
    expect((await transport.watch()[Symbol.asyncIterator]().next()).done).toBe(true)
  })

  test('does not take a mute card for one that waits', async () => {
    const { binding, transport } = await open()
    binding.readers = new Map([['R', present | 0x200]])
    await expect(transport.waitForCard({ timeoutMs: 30 })).rejects.toMatchObject({ code: 'ERR_TIMEOUT' })
    expect(await transport.readers()).toEqual([{ name: 'R', cardPresent: true, mute: true, busy: false }])
    const later = transport.waitForCard()
    binding.observer?.changed('R', present)
    expect((await later).mute).toBe(false)
  })

  test('waits end when the transport is closed', async () => {
    const { binding, transport } = await open()
    binding.readers = new Map()
    const waiting = transport.waitForCard()
    await transport.close()
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_CONNECTION_CLOSED' })
  })
})

describe('control transfers', () => {
  test('are there when the binding has them', async () => {
    const { transport } = await open()
    expect((await transport.connect('R')).control).toBe(undefined)
  })

  test('queue with exchanges; a refusal leaves the connection as it is, a lost card does not', async () => {
    const { handle, transport } = await open()
    const order: string[] = []
    handle.onTransmit = async () => {
      order.push('exchange')
      return Uint8Array.of(0x90, 0)
    }
    let outcome: () => Promise<Uint8Array> = async () => Uint8Array.of(1)
    handle.control = (code) => {
      order.push(`control ${code}`)
      return outcome()
    }
    const connection = await transport.connect('R')
    const control = connection.control!
    const first = [connection.transmit(command), control.send(7, new Uint8Array(), 100), connection.transmit(command)]
    expect((await Promise.all(first)).map((bytes) => bytes.length)).toEqual([2, 1, 2])
    expect(order).toEqual(['exchange', 'control 7', 'exchange'])
    outcome = () => Promise.reject(pcscError('UnsupportedFeature'))
    await expect(control.send(7, new Uint8Array(), 100)).rejects.toMatchObject({ code: 'ERR_TRANSPORT' })
    expect((await connection.transmit(command)).length).toBe(2)
    outcome = () => Promise.reject(pcscError('ResetCard'))
    await expect(control.send(7, new Uint8Array(), 100)).rejects.toMatchObject({ code: 'ERR_CARD_RESET' })
    await expect(connection.transmit(command)).rejects.toMatchObject({ code: 'ERR_CARD_RESET' })
  })
})

describe('codes', () => {
  test.each([
    ['NoService', 'ERR_SERVICE_UNAVAILABLE', 'ERR_SERVICE_UNAVAILABLE', 0x8010001d],
    ['UnknownReader', 'ERR_NO_READER', 'ERR_CARD_REMOVED', 0x80100009],
    ['NoSmartCard', 'ERR_NO_CARD', 'ERR_CARD_REMOVED', 0x8010000c],
    ['RemovedCard', 'ERR_NO_CARD', 'ERR_CARD_REMOVED', 0x80100069],
    ['SharingViolation', 'ERR_READER_BUSY', 'ERR_READER_BUSY', 0x8010000b],
    ['UnresponsiveCard', 'ERR_CARD_MUTE', 'ERR_CARD_MUTE', 0x80100066],
    ['UnpoweredCard', 'ERR_CARD_MUTE', 'ERR_CARD_RESET', 0x80100067],
    ['ResetCard', 'ERR_CARD_RESET', 'ERR_CARD_RESET', 0x80100068],
    ['SomethingNew', 'ERR_TRANSPORT', 'ERR_TRANSPORT', undefined],
  ])('of %s', async (name, atConnect, atExchange, pcscCode) => {
    const asText = new Error(`SCardX error: text.(0x${(pcscCode ?? 0x80109999).toString(16)})`)
    for (const cause of pcscCode === undefined ? [pcscError(name)] : [pcscError(name), asText]) {
      const { binding, handle, transport } = await open()
      handle.onTransmit = () => Promise.reject(cause)
      const connection = await transport.connect('R')
      await expect(connection.transmit(command)).rejects.toMatchObject({ code: atExchange, pcscCode, cause })
      binding.onConnect = () => Promise.reject(cause)
      await expect(transport.connect('R')).rejects.toMatchObject({ code: atConnect, pcscCode, cause })
    }
  })

  test('of a reader that is not there', async () => {
    const { transport } = await open()
    await expect(transport.connect('X')).rejects.toMatchObject({ code: 'ERR_NO_READER', reader: 'X' })
  })

  test('of a binding that is not installed', async () => {
    expect(bindingNames).toEqual(['pcsc-mini', 'pcsclite'])
    const unknown = loadBinding('no-such-binding' as 'pcsclite')
    await expect(unknown).rejects.toMatchObject({
      code: 'ERR_BINDING_MISSING',
      message: expect.stringMatching('npm install'),
    })
  })
})
