import type { Writable } from 'node:stream'
import { concat, copyBytes } from '../../../bytes.ts'

/**
 * Framing between the two processes, in both directions: length of the rest (4 bytes, big-endian), kind (1), call
 * number (4), body. Commands and responses are sent as bytes, so that both ends can wipe their copies.
 */
export const frameKind = { message: 0, bytes: 1 } as const

/** One frame. `body` is wiped when the reader is done with it. */
export interface Frame {
  readonly kind: number
  readonly call: number
  readonly body: Uint8Array
}

const lengthBytes = 4
/** Length of kind and call number. */
const headBytes = 5
const headLength = lengthBytes + headBytes
/** Length of a handle number, bytes. */
export const handleLength = 4
/** Longest frame written from the preallocated buffer. */
const shortFrame = 1024

/** Longest frame: a response of 65 538 bytes, with a margin for messages. */
const longest = 0x2_0000

const nothing = new Uint8Array()

/** Sends frames; its copies are wiped once written. */
export class FrameWriter {
  readonly #socket: Writable
  /** Buffer for short frames sent one at a time, the usual case. */
  readonly #short: Buffer = Buffer.alloc(shortFrame)
  #isShortFree = true

  constructor(socket: Writable) {
    this.#socket = socket
  }

  /** A frame whose body is JSON text. */
  message(call: number, message: unknown): void {
    const text = Buffer.from(JSON.stringify(message))
    const frame = Buffer.allocUnsafeSlow(headLength + text.length)
    writeHead(frame, frameKind.message, call, text.length)
    frame.set(text, headLength)
    this.#socket.write(frame)
  }

  /** A frame whose body is these bytes, preceded by the handle number if given. */
  bytes(call: number, bytes: Uint8Array, handle?: number): void {
    const lead = handle === undefined ? 0 : handleLength
    const length = headLength + lead + bytes.length
    const isShort = this.#isShortFree && length <= shortFrame
    const frame = isShort ? this.#short.subarray(0, length) : Buffer.allocUnsafeSlow(length)
    if (isShort) this.#isShortFree = false
    writeHead(frame, frameKind.bytes, call, lead + bytes.length)
    if (handle !== undefined) writeNumber(frame, headLength, handle)
    frame.set(bytes, headLength + lead)
    this.#socket.write(frame, () => {
      frame.fill(0)
      if (isShort) this.#isShortFree = true
    })
  }
}

function writeHead(frame: Uint8Array, kind: number, call: number, bodyLength: number): void {
  writeNumber(frame, 0, headBytes + bodyLength)
  frame[4] = kind
  writeNumber(frame, 5, call)
}

function writeNumber(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}

/** Reads a 4-byte big-endian number. */
export function readNumber(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
}

/** @throws SyntaxError when it is not JSON. */
export function decodeMessage(frame: Frame): unknown {
  return JSON.parse(Buffer.from(frame.body.buffer, frame.body.byteOffset, frame.body.length).toString('utf8'))
}

/** Reassembles frames from the chunks of a pipe, and wipes the chunks. */
export class FrameReader {
  #rest: Uint8Array = nothing

  /**
   * @param take - called with each complete frame; must copy what it keeps.
   * @throws RangeError for an invalid frame.
   */
  push(piece: Uint8Array, take: (frame: Frame) => void): void {
    const held = this.#rest
    const data = held.length === 0 ? piece : concat(held, piece)
    let at = 0
    try {
      while (data.length - at >= lengthBytes) {
        const length = readNumber(data, at)
        if (length < headBytes || length > longest) throw new RangeError('no frame')
        const end = at + lengthBytes + length
        if (end > data.length) break
        take({ kind: data[at + 4]!, call: readNumber(data, at + 5), body: data.subarray(at + 9, end) })
        at = end
      }
      this.#rest = at === data.length ? nothing : copyBytes(data, at)
    } finally {
      piece.fill(0)
      if (data !== piece) data.fill(0)
      held.fill(0)
    }
  }
}
