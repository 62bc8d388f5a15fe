/** The virtual card in a real reader: TCP client of vpcd, the virtual smart card driver of pcscd. */

import { connect, type Socket } from 'node:net'
import { type VirtualCard, VirtualCardGone } from './virtual-card.ts'

// Messages of the vpcd protocol: a 2-byte big-endian length and that many bytes.

/** Splits a TCP byte stream into messages. */
export class FrameReader {
  #pending: Buffer = Buffer.alloc(0)

  /** Messages completed by this chunk. Empty messages are delivered too. */
  push(piece: Buffer): Buffer[] {
    this.#pending = this.#pending.length === 0 ? piece : Buffer.concat([this.#pending, piece])
    const frames: Buffer[] = []
    while (this.#pending.length >= 2) {
      const end = 2 + this.#pending.readUInt16BE(0)
      if (this.#pending.length < end) break
      frames.push(this.#pending.subarray(2, end))
      this.#pending = this.#pending.subarray(end)
    }
    return frames
  }
}

/** Length and body in one piece. @throws RangeError above 65 535 bytes. */
export function encodeFrame(body: Uint8Array): Uint8Array {
  if (body.length > 0xffff) throw new RangeError('a vpcd message holds at most 65535 bytes')
  const frame = new Uint8Array(2 + body.length)
  frame[0] = body.length >> 8
  frame[1] = body.length & 0xff
  frame.set(body, 2)
  return frame
}

/** Options of {@link attachToVpcd}. */
export interface VpcdOptions {
  /** Host of vpcd. Default `127.0.0.1`. */
  readonly host?: string | undefined
  /** 35963 is slot 0, 35964 slot 1. Default 35963. */
  readonly port?: number | undefined
  /** Detaches when aborted. */
  readonly signal?: AbortSignal | undefined
}

/** A card in a vpcd slot. */
export interface VpcdAttachment {
  /** Resolves when the card is removed; never rejects. With the error if a failure of the card or of vpcd removed it. */
  readonly closed: Promise<Error | undefined>
  /** Removes the card and waits for completion. Idempotent. */
  detach(): Promise<void>
}

/** Control messages of one byte. */
const control = { powerOff: 0, powerOn: 1, reset: 2, getAtr: 4 } as const

const longestResponse = 0xffff

/**
 * Inserts the card into a slot of vpcd; pcscd reports an insertion.
 *
 * vpcd 3.3 supports neither an empty response (pcscd then waits forever) nor a reset by the card. The faults `empty`
 * and `reset` therefore remove the card, like `pull`: programs see SCardTransmit succeed with no bytes, then no card.
 *
 * @throws Error when vpcd cannot be reached, with the system's code, or the signal's reason when aborted before.
 */
export async function attachToVpcd(card: VirtualCard, options: VpcdOptions = {}): Promise<VpcdAttachment> {
  const { signal } = options
  signal?.throwIfAborted()
  const socket = connect({ host: options.host ?? '127.0.0.1', port: options.port ?? 35963 })
  socket.setNoDelay(true)
  await connected(socket)
  let failure: Error | undefined
  socket.on('error', (error) => {
    failure = error
  })
  const closed = new Promise<Error | undefined>((resolve) => {
    socket.once('close', () => {
      signal?.removeEventListener('abort', take)
      card.powerOff()
      resolve(failure)
    })
  })
  const take = (): void => {
    socket.destroy()
  }
  signal?.addEventListener('abort', take)
  if (signal?.aborted) take()
  serve(socket, card)
  return {
    closed,
    detach: async () => {
      take()
      await closed
    },
  }
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve()
    })
  })
}

/** Processes messages in order; power messages also end a hanging exchange. */
function serve(socket: Socket, card: VirtualCard): void {
  const frames = new FrameReader()
  let last = Promise.resolve()
  socket.on('data', (piece: Buffer) => {
    for (const frame of frames.push(piece)) {
      if (frame.length === 1 && frame[0] === control.powerOff) card.powerOff()
      last = last.then(() => handle(frame, socket, card))
    }
  })
}

async function handle(frame: Buffer, socket: Socket, card: VirtualCard): Promise<void> {
  if (frame.length === 1 && isControl(frame[0]!)) return handleControl(frame[0], socket, card)
  try {
    const response = await card.exchange(new Uint8Array(frame))
    if (response.length === 0) socket.destroy()
    else socket.write(encodeFrame(response.subarray(0, longestResponse)))
  } catch (error) {
    if (!(error instanceof VirtualCardGone) || error.reason === 'unpowered') socket.destroy(error as Error)
    else if (error.reason !== 'powered-off') socket.destroy()
  }
}

type Control = (typeof control)[keyof typeof control]

function isControl(byte: number): byte is Control {
  return byte <= 4 && byte !== 3
}

function handleControl(message: Control, socket: Socket, card: VirtualCard): void {
  if (message === control.powerOn) card.powerOn()
  else if (message === control.reset && card.powered) card.warmReset()
  else if (message === control.reset) card.powerOn()
  else if (message === control.getAtr) socket.write(encodeFrame(card.atr))
}
