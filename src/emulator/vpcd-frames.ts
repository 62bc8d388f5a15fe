/** Messages of the vpcd protocol: a 2-byte big-endian length and that many bytes. */

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
