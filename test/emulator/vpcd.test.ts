import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../src/bytes.ts'
import { attachToVpcd } from '../../src/emulator/index.ts'
import { encodeFrame, FrameReader } from '../../src/emulator/vpcd.ts'
import { poweredCard, selectFile, selectJpki, verifyCurrent } from './support.ts'

/** Stands for vpcd: accepts one card and asks it things. */
class Slot {
  readonly #server: Server
  readonly #frames = new FrameReader()
  readonly #answers: Buffer[] = []
  #socket: Socket | undefined
  #arrived: (() => void) | undefined
  readonly joined: Promise<Socket>

  constructor() {
    let join: (socket: Socket) => void
    this.joined = new Promise((resolve) => {
      join = resolve
    })
    this.#server = createServer((socket) => {
      this.#socket = socket
      socket.on('error', () => {})
      socket.on('data', (piece) => {
        this.#answers.push(...this.#frames.push(piece))
        this.#arrived?.()
      })
      join(socket)
    })
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return (this.#server.address() as { port: number }).port
  }

  write(hex: string): void {
    this.#socket?.write(encodeFrame(fromHex(hex)))
  }

  async ask(hex: string): Promise<string> {
    this.write(hex)
    while (this.#answers.length === 0) {
      await new Promise<void>((resolve) => {
        this.#arrived = resolve
      })
    }
    return toHex(this.#answers.shift()!)
  }

  close(): void {
    this.#socket?.destroy()
    this.#server.close()
  }
}

let slot: Slot
afterEach(() => slot.close())

async function attached() {
  slot = new Slot()
  const port = await slot.listen()
  const card = await poweredCard()
  card.powerOff()
  const attachment = await attachToVpcd(card, { port })
  await slot.joined
  return { card, attachment, port }
}

describe('through vpcd', () => {
  test('power on, ATR, commands, warm reset and power off', async () => {
    const { card } = await attached()
    slot.write('01')
    expect(await slot.ask('04')).toBe(toHex(card.atr))
    for (const hex of [selectJpki, selectFile('0018'), verifyCurrent('1234')]) expect(await slot.ask(hex)).toBe('9000')
    slot.write('02')
    expect(await slot.ask('04')).toBe(toHex(card.atr))
    expect(card.verified('auth')).toBe(true)
    slot.write('00')
    expect(await slot.ask('04')).toBe(toHex(card.atr))
    expect(card.powered).toBe(false)
  })

  test('messages in pieces and several in one piece', async () => {
    await attached()
    const socket = await slot.joined
    for (const byte of [...encodeFrame(Uint8Array.of(1)), ...encodeFrame(fromHex(selectJpki)).slice(0, 5)]) {
      socket.write(Uint8Array.of(byte))
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    const rest = encodeFrame(fromHex(selectJpki)).slice(5)
    socket.write(Buffer.concat([rest, encodeFrame(fromHex(selectFile('0018')))]))
    expect(await slot.ask('00200080')).toBe('9000')
    expect(await slot.ask('00200080')).toBe('9000')
    expect(await slot.ask('00200080')).toBe('63C3')
  })

  test('a long extended answer fits one message', async () => {
    await attached()
    slot.write('01')
    expect(await slot.ask(selectJpki)).toBe('9000')
    expect((await slot.ask('00B08A00000000')).length).toBe(2 * 1902)
  })

  test.each(['pull', 'reset', 'empty'] as const)('the fault %s takes the card out', async (action) => {
    const { card, attachment } = await attached()
    slot.write('01')
    card.setFaults([{ at: 1, do: action }])
    slot.write(selectJpki)
    await attachment.closed
    expect(card.powered).toBe(false)
  })

  test('a silent card answers nothing, and power off ends it', async () => {
    const { card } = await attached()
    slot.write('01')
    card.setFaults([{ at: 1, do: 'silent' }])
    slot.write(selectJpki)
    await new Promise((resolve) => setTimeout(resolve, 20))
    slot.write('00')
    slot.write('01')
    expect(await slot.ask('04')).toBe(toHex(card.atr))
    expect(await slot.ask(selectJpki)).toBe('9000')
  })

  test('detach and abort take it out, a lost server too', async () => {
    const first = await attached()
    await first.attachment.detach()
    await first.attachment.detach()
    slot.close()
    slot = new Slot()
    const stop = new AbortController()
    const second = await attachToVpcd(first.card, { port: await slot.listen(), signal: stop.signal })
    stop.abort()
    await second.closed
    await expect(attachToVpcd(first.card, { port: 1 })).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await expect(attachToVpcd(first.card, { signal: stop.signal })).rejects.toThrow()
    const third = await attached()
    slot.close()
    await third.attachment.closed
  })
})
