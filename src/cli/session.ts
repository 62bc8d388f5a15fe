import { writeFile } from 'node:fs/promises'
import { type Capabilities, CardSession, spendTheLastTry, type VerifyPinOptions } from '../card/index.ts'
import { StateNotClearedError, TransportError } from '../errors.ts'
import { formatTranscript, type RecordingConnection, recordConnection } from '../transcript/index.ts'
import type { CardConnection, CardTransport } from '../transport/index.ts'
import type { Options } from './arguments.ts'
import { withFile } from './cli-error.ts'
import type { Context, Recording, SessionFacts } from './context.ts'
import { directReference, extendedLength, selectWithoutData, shortFileId, spendLastTry } from './options.ts'
import { openTransport } from './transport.ts'
import { connectCard } from './wait.ts'

/** Runs `body`, then closes the transport; an error of closing is thrown if there was none before. */
export async function closing<T>(transport: CardTransport, body: (transport: CardTransport) => Promise<T>): Promise<T> {
  let value: T
  try {
    value = await body(transport)
  } catch (error) {
    await transport.close().catch(() => undefined)
    throw error
  }
  await transport.close()
  return value
}

/** The result of a session. */
export interface SessionOutcome<T> extends SessionFacts {
  readonly value: T
}

/**
 * Opens the transport, waits for a card, runs `body` in a session, and always closes everything. A session that could
 * not clear the card sets `context.notCleared`.
 *
 * @throws StateNotClearedError when that is the only error; otherwise the first error.
 */
export async function withSession<T>(
  context: Context,
  body: (session: CardSession) => Promise<T>,
): Promise<SessionOutcome<T>> {
  const transport = await openTransport(context)
  return closing(transport, async () => {
    return withConnection(context, await connectCard(context, transport), body)
  })
}

/** Runs `body` in a session on a connection, recorded if the context requests it. */
export async function withConnection<T>(
  context: Context,
  plain: CardConnection,
  body: (session: CardSession) => Promise<T>,
): Promise<SessionOutcome<T>> {
  const { io, recording } = context
  const recorded = recording === undefined ? undefined : recordConnection(plain, describe(recording))
  const session = new CardSession(recorded ?? plain, { capabilities: settledCapabilities(context.options) })
  const done = await settle(() => {
    requireNotAborted(io.signal)
    return body(session)
  })
  const report = await session.close()
  context.notCleared = !report.cleared
  const saved = await settle(async () => recorded && save(context, recorded))
  if (!done.ok) throw done.error
  if (!report.cleared) {
    throw new StateNotClearedError('a PIN may still be verified on the card', { cause: report.cause })
  }
  if (!saved.ok) throw saved.error
  requireNotAborted(io.signal)
  const facts = { reader: plain.reader, exchanges: session.exchanges, clearedBy: report.by }
  context.session = facts
  return { value: done.value, ...facts }
}

/** Capabilities of card and reader given by options, which need not be probed. */
export function settledCapabilities(options: Options): Partial<Capabilities> {
  const given = {
    extendedLength: options.get(extendedLength),
    shortFileId: options.get(shortFileId),
    directReference: options.get(directReference),
    selectWithoutData: options.get(selectWithoutData),
  }
  return Object.fromEntries(Object.entries(given).filter(([, ability]) => ability !== undefined))
}

/** Whether the last try may be spent, as explicitly requested. */
export function verifyOptions(context: Context): VerifyPinOptions {
  return context.options.has(spendLastTry) ? { lastTry: spendTheLastTry } : {}
}

type Settled<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown }

async function settle<T>(body: () => Promise<T>): Promise<Settled<T>> {
  try {
    return { ok: true, value: await body() }
  } catch (error) {
    return { ok: false, error }
  }
}

function requireNotAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new TransportError('ERR_ABORTED', 'interrupted')
}

const describe = ({ command, keep }: Recording) => ({
  description: `jpki-card ${command}`,
  origin:
    keep === 'public' ? 'a card; personal data and PINs masked' : 'the virtual card of an invented person; PINs masked',
  keep,
})

async function save({ io, messages, recording }: Context, recorded: RecordingConnection): Promise<void> {
  if (recording === undefined) return
  await withFile('cannot-write', () =>
    writeFile(recording.file, formatTranscript(recorded.transcript()), { mode: 0o600 }),
  )
  io.stderr.write(`${messages.recorded(recording.file)}\n`)
}
