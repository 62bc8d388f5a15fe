import { setTimeout as sleep } from 'node:timers/promises'
import { TransportError } from '../errors.ts'
import type { CardConnection, CardTransport, ReaderState } from '../transport/index.ts'
import { ReaderNameError, usageError } from './cli-error.ts'
import type { Context } from './context.ts'
import { json, reader as readerOption, wait } from './options.ts'

const defaultWait = { person: 60, json: 10 }
/** Polling interval of the readers, milliseconds. */
const lookMs = 100

/**
 * The readers a name matches: the one with exactly that name, else all that contain it, case-insensitive. Full-width
 * characters match their narrow forms.
 */
export function readersNamed(readers: readonly ReaderState[], wanted: string): readonly ReaderState[] {
  const exact = readers.filter(({ name }) => name === wanted)
  const plain = (text: string): string => text.normalize('NFKC').toLowerCase()
  const same = readers.filter(({ name }) => plain(name) === plain(wanted))
  const parts = readers.filter(({ name }) => plain(name).includes(plain(wanted)))
  return [exact, same, parts].find((some) => some.length > 0) ?? []
}

/**
 * Connects to a card that no other program holds, waiting for one as {@link waitForCard} does. If the card turns out to
 * be held, the next reader is tried.
 */
export async function connectCard(context: Context, transport: CardTransport): Promise<CardConnection> {
  const held = new Set<string>()
  for (;;) {
    const { name } = await waitForCard(context, transport, held)
    try {
      return await transport.connect(name, { signal: context.io.signal })
    } catch (error) {
      if (!(error instanceof TransportError) || error.code !== 'ERR_READER_BUSY') throw error
      held.add(name)
      const others = await look(transport, context.options.get(readerOption), held)
      if (others.free === undefined && others.busy.every((reader) => held.has(reader.name))) throw error
    }
  }
}

/**
 * The reader to use: the first with a card that no other program holds. Waits for a card as long as `--wait` allows and
 * reports what it waits for. An unknown reader name is waited for only if no reader is attached or `--wait` is given;
 * so is a card held by another program.
 *
 * @param held - readers known to be busy.
 * @throws TransportError `ERR_NO_READER`, `ERR_NO_CARD`, `ERR_READER_BUSY`, `ERR_CARD_MUTE`, `ERR_TIMEOUT`,
 *   `ERR_ABORTED`, `ERR_SERVICE_UNAVAILABLE`; CliError `ERR_USAGE` when the name matches several readers.
 */
export async function waitForCard(
  context: Context,
  transport: CardTransport,
  held: ReadonlySet<string> = new Set(),
): Promise<ReaderState> {
  const { io, options } = context
  const wanted = options.get(readerOption)
  const seconds = Number(options.get(wait) ?? (options.has(json) ? defaultWait.json : defaultWait.person))
  const waits = options.has(wait) && seconds > 0
  let found = await look(transport, wanted, held)
  if (found.free !== undefined) return found.free
  if (!waits && wanted !== undefined && found.named.length === 0 && found.all.length > 0) throw whyNot(found)!
  const [maybe, ...others] = found.busy
  // The busy state may be outdated: with a single card, connecting decides.
  if (!waits && maybe !== undefined) {
    if (others.length === 0 && !held.has(maybe.name)) return maybe
    throw whyNot(found)!
  }
  if (seconds === 0) throw whyNot(found) ?? new TransportError('ERR_NO_CARD', 'no card is in the reader')
  const progress = startProgress(context, seconds, found)
  const deadline = performance.now() + seconds * 1000
  try {
    while (performance.now() < deadline) {
      await sleep(Math.min(lookMs, Math.max(1, deadline - performance.now())), undefined, { signal: io.signal })
      found = await look(transport, wanted, held)
      if (found.free !== undefined) return found.free
    }
  } catch (error) {
    if (!io.signal.aborted) throw error
    throw new TransportError('ERR_ABORTED', 'waiting for a card was aborted', { cause: io.signal.reason })
  } finally {
    progress.stop()
  }
  throw whyNot(found) ?? new TransportError('ERR_TIMEOUT', `no card within ${seconds * 1000} ms`)
}

/** Readers at one moment. */
interface Found {
  readonly all: readonly ReaderState[]
  /** Readers that may be used. */
  readonly named: readonly ReaderState[]
  /** The first with a responding card that no other program holds. */
  readonly free: ReaderState | undefined
  /** Readers with a card that another program holds. */
  readonly busy: readonly ReaderState[]
}

async function look(transport: CardTransport, wanted: string | undefined, held: ReadonlySet<string>): Promise<Found> {
  const all = await transport.readers()
  const named = wanted === undefined ? all : readersNamed(all, wanted)
  if (wanted !== undefined && named.length > 1) throw usageError('several-readers', namesOf(named))
  const withCard = named.filter(({ cardPresent, mute }) => cardPresent && !mute)
  const isBusy = ({ name, busy }: ReaderState): boolean => busy || held.has(name)
  return { all, named, free: withCard.find((reader) => !isBusy(reader)), busy: withCard.filter(isBusy) }
}

const namesOf = (readers: readonly ReaderState[]): string => readers.map(({ name }) => name).join(', ')

/** The obstacle, if other than a missing card. */
function whyNot({ all, named, busy }: Found): TransportError | undefined {
  if (all.length === 0) return new TransportError('ERR_NO_READER', 'no card reader is connected')
  if (named.length === 0) return new ReaderNameError(namesOf(all))
  if (busy.length > 0) {
    const text = `another program holds the card in ${namesOf(busy)}`
    return new TransportError('ERR_READER_BUSY', text, busy.length === 1 ? { reader: busy[0]!.name } : {})
  }
  const mute = named.find((reader) => reader.mute)
  if (mute === undefined) return undefined
  return new TransportError('ERR_CARD_MUTE', 'the card in the reader does not respond', { reader: mute.name })
}

/** Reports on standard error what is waited for: once, or counting down on a terminal. */
function startProgress(context: Context, seconds: number, { named, busy }: Found): { stop(): void } {
  const { io, messages } = context
  const cause = named.length === 0 ? 'connectReader' : busy.length > 0 ? 'waitForReader' : 'insertCard'
  const what = messages[cause]
  if (io.stderr.isTTY !== true) {
    io.stderr.write(`${what} ${messages.waitingFor(seconds)}\n`)
    return { stop() {} }
  }
  const deadline = performance.now() + seconds * 1000
  const marks = ['|', '/', '-', '\\']
  let turn = 0
  const show = (): void => {
    const left = Math.max(0, Math.ceil((deadline - performance.now()) / 1000))
    io.stderr.write(`\r\x1b[K${marks[turn++ % marks.length]} ${what} ${messages.waitingFor(left)}`)
  }
  show()
  const timer = setInterval(show, 250)
  return {
    stop() {
      clearInterval(timer)
      io.stderr.write('\r\x1b[K')
    },
  }
}
