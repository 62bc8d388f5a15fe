import { CardSession, type PinStatus, readFile, readPinStatus } from '../card/index.ts'
import { StateNotClearedError, StatusWordError } from '../errors.ts'
import { type CardKind, identifyCard } from '../identify/index.ts'
import { decodeAvailability, type JpkiKey, jpkiApplication, jpkiFiles, jpkiPins } from '../jpki/index.ts'
import type { CardTransport } from '../transport/index.ts'

/** What a card was found to be and to hold. Nothing of it names the holder; finding it out spends no PIN try. */
export interface CardSurvey {
  readonly kind: CardKind
  /** Applications found: `jpki`, `text`, `visual`, `juki`, `common`. */
  readonly applications: readonly string[]
  /**
   * Counter of each PIN of the JPKI application that could be read. `auth` serves the user authentication, `sign` the
   * signature; a blocked one serves neither until the municipal counter has set it again.
   */
  readonly pins: Readonly<Partial<Record<JpkiKey, PinStatus>>>
  /** Which of the holder's certificates the card says it has; absent when it does not say. */
  readonly certificates: Readonly<Record<JpkiKey, boolean>> | undefined
}

/** A survey, and what is wrong with how the card was left. */
export interface Surveyed {
  readonly survey: CardSurvey
  readonly notCleared: StateNotClearedError | undefined
}

/**
 * Takes the card, finds out what it is, clears every PIN left verified on it, and gives it back. Ends early, with what the
 * signal was aborted for, between two steps.
 */
export async function surveyCard(transport: CardTransport, reader: string, signal: AbortSignal): Promise<Surveyed> {
  const session = new CardSession(await transport.connect(reader, { signal }))
  let survey: CardSurvey
  try {
    survey = await readSurvey(session, signal)
  } catch (error) {
    await session.close()
    throw error
  }
  const { cleared, cause } = await session.close()
  if (cleared) return { survey, notCleared: undefined }
  const text = 'a PIN may still be verified on the card: take the card out of the reader'
  return { survey, notCleared: new StateNotClearedError(text, { cause }) }
}

async function readSurvey(session: CardSession, signal: AbortSignal): Promise<CardSurvey> {
  signal.throwIfAborted()
  const { kind, applications } = await identifyCard(session)
  const present = applications.filter((one) => one.present).map(({ id }) => id)
  const base = { kind, applications: present, pins: {}, certificates: undefined }
  if (!present.includes(jpkiApplication.id)) return base
  const pins: Partial<Record<JpkiKey, PinStatus>> = {}
  for (const key of ['auth', 'sign'] as const) {
    signal.throwIfAborted()
    const status = await orNothing(readPinStatus(session, jpkiPins[key]))
    if (status !== undefined) pins[key] = status
  }
  signal.throwIfAborted()
  const file = await orNothing(readFile(session, jpkiFiles.availability, { bytes: 3 }))
  if (file === undefined) return { ...base, pins }
  const { auth, sign } = decodeAvailability(file)
  return { ...base, pins, certificates: { auth, sign } }
}

/** What a card refuses to tell is left out. */
async function orNothing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof StatusWordError) return undefined
    throw error
  }
}
