import { CardSession, type PinStatus, readFile, readPinStatus } from '../card/index.ts'
import { StateNotClearedError, StatusWordError } from '../errors.ts'
import { type CardKind, identifyCard } from '../identify/index.ts'
import {
  decodeAvailability,
  isFaceAuthentication,
  type JpkiKey,
  jpkiApplication,
  jpkiFiles,
  jpkiPins,
  verificationOf,
} from '../jpki/index.ts'
import type { CardTransport } from '../transport/index.ts'

/** Type and content of a card. Contains nothing that identifies the holder; obtained without spending a PIN try. */
export interface CardSurvey {
  readonly kind: CardKind
  /** A My Number card that looks like one without a PIN (顔認証マイナンバーカード); see `isFaceAuthentication` of `jpki-card/jpki`. */
  readonly variant: 'face-authentication' | undefined
  /** Applications found: `jpki`, `text`, `visual`, `juki`, `common`. */
  readonly applications: readonly string[]
  /**
   * Retry counter of each PIN of the JPKI application that could be read. `auth` is for user authentication, `sign` for
   * the signature; a blocked PIN is reset at the counter of the municipality.
   */
  readonly pins: Readonly<Partial<Record<JpkiKey, PinStatus>>>
  /** Which of the holder's certificates the card reports; absent when it does not report them. */
  readonly certificates: Readonly<Record<JpkiKey, boolean>> | undefined
}

/** A survey, and the error if the card could not be cleared. */
export interface Surveyed {
  readonly survey: CardSurvey
  readonly notCleared: StateNotClearedError | undefined
}

/**
 * Connects to the card, identifies it, clears every verified PIN, and disconnects. Between two steps it rejects with
 * the reason of an aborted signal.
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
  // Powering such a phone down would end what its holder has verified.
  if (verificationOf(survey.kind) === 'device') {
    await session.leave()
    return { survey, notCleared: undefined }
  }
  const { cleared, cause } = await session.close()
  if (cleared) return { survey, notCleared: undefined }
  const text = 'a PIN may still be verified on the card: remove the card from the reader'
  return { survey, notCleared: new StateNotClearedError(text, { cause }) }
}

async function readSurvey(session: CardSession, signal: AbortSignal): Promise<CardSurvey> {
  signal.throwIfAborted()
  const { kind, applications } = await identifyCard(session)
  const present = applications.filter((one) => one.present).map(({ id }) => id)
  const base = { kind, variant: undefined, applications: present, pins: {}, certificates: undefined }
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
  const certificates = { auth, sign }
  const variant = isFaceAuthentication(kind, certificates, pins.auth?.state) ? 'face-authentication' : undefined
  return { ...base, variant, pins, certificates }
}

/** A part the card refuses to report is omitted. */
async function orNothing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof StatusWordError) return undefined
    throw error
  }
}
