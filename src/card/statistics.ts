import { type Channel, channel, subscribe, unsubscribe } from 'node:diagnostics_channel'
import { toHex } from '../bytes.ts'

/**
 * Message on the diagnostics channel `jpki-card:exchange` for every command of every session, published when the
 * channel has subscribers. Contains no command or response data.
 */
export interface ExchangeMessage {
  /** Name of the reader. */
  readonly reader: string
  readonly command: string
  readonly ins: number
  /** Status word of the whole response; `undefined` without a response. */
  readonly sw: number | undefined
  /** Code of the error without a response; otherwise `undefined`. */
  readonly error: string | undefined
  /** Bytes of data in the command, without header and lengths. */
  readonly commandBytes: number
  /** Bytes of data in the response, without the status word. */
  readonly responseBytes: number
  /** From the first byte out to the last byte in, GET RESPONSE included. */
  readonly milliseconds: number
}

/** Name of the channel, for `node:diagnostics_channel`. */
export const exchangeChannelName = 'jpki-card:exchange'

export const exchangeChannel: Channel = channel(exchangeChannelName)

/** The code of an error of this package. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : 'unknown'
}

/** Times of one kind, milliseconds. */
export interface Timing {
  readonly count: number
  readonly median: number
  readonly p95: number
  readonly max: number
}

/** Statistics of all exchanges of this process. */
export interface ExchangeReport {
  readonly exchanges: number
  /** Status words, upper-case hexadecimal, with their counts. */
  readonly statusWords: Readonly<Record<string, number>>
  /** Error codes of exchanges without response, with their counts. */
  readonly errors: Readonly<Record<string, number>>
  /** By name of the command; median and p95 over its last 512 exchanges. */
  readonly commands: Readonly<Record<string, Timing>>
  readonly readers: Readonly<Record<string, ReaderHealth>>
}

/** Health of one reader. */
export interface ReaderHealth {
  readonly exchanges: number
  readonly failures: number
  /** Failures since the last response. */
  readonly failuresInARow: number
  /** Code of the last failure. */
  readonly lastError: string | undefined
}

/** Statistics of published exchanges; see {@link observeExchanges}. */
export interface ExchangeStatistics extends Disposable {
  report(): ExchangeReport
  /** Unsubscribes; the report is kept. Idempotent. */
  stop(): void
}

/** Entries per table, at most; further ones are counted as `other`. */
const most = 256
/** Times kept per command. */
const kept = 512

/**
 * Subscribes to the channel `jpki-card:exchange` and keeps a status histogram, times and the health of each reader, in
 * bounded memory. For other statistics, subscribe to the channel with `node:diagnostics_channel`.
 */
export function observeExchanges(): ExchangeStatistics {
  const statusWords = new Map<string, number>()
  const errors = new Map<string, number>()
  const commands = new Map<string, Times>()
  const readers = new Map<string, ReaderHealth>()
  let exchanges = 0
  const listen = (message: unknown): void => {
    const { command, reader, sw, error, milliseconds } = message as ExchangeMessage
    exchanges++
    if (sw !== undefined) count(statusWords, toHex(Uint8Array.of(sw >> 8, sw & 0xff)))
    if (error !== undefined) count(errors, error)
    const name = keyIn(commands, command)
    const times = commands.get(name) ?? new Times()
    commands.set(name, times)
    times.add(milliseconds)
    const where = keyIn(readers, reader)
    readers.set(where, healthAfter(readers.get(where), error))
  }
  subscribe(exchangeChannelName, listen)
  const stop = (): void => void unsubscribe(exchangeChannelName, listen)
  return {
    report: () => ({
      exchanges,
      statusWords: Object.fromEntries(statusWords),
      errors: Object.fromEntries(errors),
      commands: Object.fromEntries([...commands].map(([name, times]) => [name, times.timing()])),
      readers: Object.fromEntries(readers),
    }),
    stop,
    [Symbol.dispose]: stop,
  }
}

const keyIn = (table: ReadonlyMap<string, unknown>, key: string): string =>
  table.has(key) || table.size < most ? key : 'other'

function count(table: Map<string, number>, key: string): void {
  const name = keyIn(table, key)
  table.set(name, (table.get(name) ?? 0) + 1)
}

function healthAfter(before: ReaderHealth | undefined, error: string | undefined): ReaderHealth {
  const { exchanges = 0, failures = 0, failuresInARow = 0, lastError } = before ?? {}
  const failed = error !== undefined
  return {
    exchanges: exchanges + 1,
    failures: failures + (failed ? 1 : 0),
    failuresInARow: failed ? failuresInARow + 1 : 0,
    lastError: error ?? lastError,
  }
}

/** Ring buffer of the last times of one command. */
class Times {
  readonly #ring: number[] = []
  #count = 0
  #max = 0

  add(milliseconds: number): void {
    this.#ring[this.#count++ % kept] = milliseconds
    this.#max = Math.max(this.#max, milliseconds)
  }

  timing(): Timing {
    const sorted = [...this.#ring].sort((a, b) => a - b)
    const at = (part: number): number => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)]!
    return { count: this.#count, median: at(0.5), p95: at(0.95), max: this.#max }
  }
}
