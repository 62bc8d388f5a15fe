import { fromHex, toHex } from '../bytes.ts'
import { TranscriptError, TransportError } from '../errors.ts'
import type { CardConnection } from '../transport/index.ts'
import type { MaskedHex, Transcript } from './format.ts'

/** A connection that plays a transcript back. */
export interface ReplayConnection extends CardConnection {
  /** @throws TranscriptError `ERR_REPLAY` when exchanges are left over. */
  assertDone(): void
}

/**
 * Plays a transcript back, strictly: every command must be the next one recorded, byte for byte; only a masked byte
 * matches any. Masked bytes of an answer are given as 00. An exchange recorded without an answer loses the card.
 */
export function replayConnection(transcript: Transcript): ReplayConnection {
  const { exchanges, reader } = transcript
  let next = 0
  let closed = false
  return {
    reader,
    atr: fromHex(transcript.atr),
    async transmit(command: Uint8Array): Promise<Uint8Array> {
      if (closed) throw new TransportError('ERR_CONNECTION_CLOSED', 'the connection is closed', { reader })
      const index = next
      const expected = exchanges[index]
      const header = toHex(command.subarray(0, 4))
      if (expected === undefined) {
        throw new TranscriptError('ERR_REPLAY', `the transcript has ended before command ${header}`, { index })
      }
      if (!matches(expected.send, command)) {
        const message = `exchange ${index} is ${expected.name} ${expected.send.slice(0, 8)}, not the command ${header}`
        throw new TranscriptError('ERR_REPLAY', message, { index })
      }
      next++
      if (expected.receive === '') throw new TransportError('ERR_CARD_REMOVED', 'the card was lost here', { reader })
      return fromHex(expected.receive.replaceAll('..', '00'))
    },
    async reconnect(): Promise<void> {},
    async close(): Promise<void> {
      closed = true
    },
    async [Symbol.asyncDispose](): Promise<void> {
      closed = true
    },
    assertDone(): void {
      if (next < exchanges.length) {
        const message = `${exchanges.length - next} exchanges were not played, the next is ${exchanges[next]!.name}`
        throw new TranscriptError('ERR_REPLAY', message, { index: next })
      }
    },
  }
}

function matches(pattern: MaskedHex, command: Uint8Array): boolean {
  if (pattern.length !== 2 * command.length) return false
  const text = toHex(command)
  for (let i = 0; i < text.length; i += 2) {
    const wanted = pattern.slice(i, i + 2)
    if (wanted !== '..' && wanted !== text.slice(i, i + 2)) return false
  }
  return true
}
