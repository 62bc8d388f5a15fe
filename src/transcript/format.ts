import { TranscriptError } from '../errors.ts'

/**
 * Bytes as hexadecimal text in which `..` stands for a byte that was masked. `00200098........` is a VERIFY whose four
 * PIN bytes were never recorded.
 */
export type MaskedHex = string

/** One command and its answer. */
export interface TranscriptExchange {
  /** For people: the name of the command. Playback ignores it. */
  readonly name: string
  readonly send: MaskedHex
  /** Empty when the card was lost instead of answering. */
  readonly receive: MaskedHex
}

/** A recorded session. The file form is this object as JSON; its schema is `vectors/schema/transcript.schema.json`. */
export interface Transcript {
  readonly format: 'jpki-card/transcript@1'
  readonly description: string
  /** Origin: which card, whose data. */
  readonly origin: string
  readonly reader: string
  /** Answer to reset, hexadecimal. */
  readonly atr: string
  readonly exchanges: readonly TranscriptExchange[]
}

export const transcriptFormat = 'jpki-card/transcript@1'

const maskedHex = /^(?:[0-9A-F]{2}|\.\.)*$/
const plainHex = /^(?:[0-9A-F]{2})+$/
const maxExchanges = 100_000

function fail(message: string, index?: number): never {
  throw new TranscriptError('ERR_TRANSCRIPT', message, { index })
}

/**
 * Reads a transcript from JSON text.
 *
 * @throws TranscriptError `ERR_TRANSCRIPT` naming the field, and the exchange by its index from 0.
 */
export function parseTranscript(json: string): Transcript {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (cause) {
    throw new TranscriptError('ERR_TRANSCRIPT', 'a transcript is JSON text', { cause })
  }
  return checkTranscript(value)
}

/** Checks a parsed value. @throws TranscriptError `ERR_TRANSCRIPT`. */
export function checkTranscript(value: unknown): Transcript {
  if (typeof value !== 'object' || value === null) fail('a transcript is an object')
  const { format, description, origin, reader, atr, exchanges } = value as Record<string, unknown>
  if (format !== transcriptFormat) fail(`format must be "${transcriptFormat}"`)
  if (typeof description !== 'string') fail('description must be text')
  if (typeof origin !== 'string') fail('origin must be text')
  if (typeof reader !== 'string') fail('reader must be text')
  if (typeof atr !== 'string' || !plainHex.test(atr)) fail('atr must be upper-case hexadecimal')
  if (!Array.isArray(exchanges)) fail('exchanges must be a list')
  if (exchanges.length > maxExchanges) fail(`at most ${maxExchanges} exchanges`)
  const checked = exchanges.map((exchange: unknown, index) => checkExchange(exchange, index))
  return { format: transcriptFormat, description, origin, reader, atr, exchanges: checked }
}

function checkExchange(value: unknown, index: number): TranscriptExchange {
  if (typeof value !== 'object' || value === null) fail(`exchange ${index} must be an object`, index)
  const { name, send, receive } = value as Record<string, unknown>
  if (typeof name !== 'string') fail(`exchange ${index}: name must be text`, index)
  if (typeof send !== 'string' || send.length < 8 || !maskedHex.test(send)) {
    fail(`exchange ${index}: send must be a command in upper-case hexadecimal, ".." for masked bytes`, index)
  }
  if (typeof receive !== 'string' || receive.length === 2 || !maskedHex.test(receive)) {
    fail(`exchange ${index}: receive must be a response in upper-case hexadecimal, ".." for masked bytes`, index)
  }
  return { name, send, receive }
}

/** Writes a transcript as JSON text with a final newline. */
export function formatTranscript(transcript: Transcript): string {
  return `${JSON.stringify(transcript, null, 2)}\n`
}
