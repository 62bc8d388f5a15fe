import { TransportError } from '../errors.ts'
import type { CardTransport, ReaderState } from '../transport/index.ts'
import type { Context } from './context.ts'

const defaultWait = { person: 60, json: 10 }

/**
 * The reader with the card to work with; waits for a card as long as `--wait` says and tells what is waited for.
 *
 * @throws TransportError `ERR_NO_READER`, `ERR_NO_CARD`, `ERR_CARD_MUTE`, `ERR_TIMEOUT`, `ERR_ABORTED`.
 */
export async function waitForCard(context: Context, transport: CardTransport): Promise<ReaderState> {
  const { io, options } = context
  const wanted = options.get('reader')
  const seconds = Number(options.get('wait') ?? (options.has('json') ? defaultWait.json : defaultWait.person))
  const candidates = await readersNow(transport, wanted)
  const ready = candidates.find((reader) => reader.cardPresent && !reader.mute)
  if (ready !== undefined) return ready
  if (seconds === 0) throw whyNot(candidates) ?? new TransportError('ERR_NO_CARD', 'no card is in the reader')
  const progress = startProgress(context, seconds, candidates)
  try {
    return await transport.waitForCard({ reader: wanted, timeoutMs: seconds * 1000, signal: io.signal })
  } catch (error) {
    if (!(error instanceof TransportError) || error.code !== 'ERR_TIMEOUT') throw error
    throw whyNot(await readersNow(transport, wanted)) ?? error
  } finally {
    progress.stop()
  }
}

async function readersNow(transport: CardTransport, wanted: string | undefined): Promise<readonly ReaderState[]> {
  const readers = await transport.readers()
  return wanted === undefined ? readers : readers.filter(({ name }) => name === wanted)
}

/** What stands in the way beyond a missing card. */
function whyNot(candidates: readonly ReaderState[]): TransportError | undefined {
  if (candidates.length === 0) return new TransportError('ERR_NO_READER', 'no such card reader is connected')
  const mute = candidates.find((reader) => reader.mute)
  if (mute === undefined) return undefined
  return new TransportError('ERR_CARD_MUTE', 'the card in the reader does not answer', { reader: mute.name })
}

/** Says on standard error what is waited for: once, or counting down on a terminal. */
function startProgress(context: Context, seconds: number, candidates: readonly ReaderState[]): { stop(): void } {
  const { io, messages } = context
  const what = candidates.length === 0 ? messages.connectReader : messages.insertCard
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
