import {
  type CommandApdu,
  changeReferenceData,
  classifyStatus,
  describeStatus,
  queryVerify,
  type Reference,
  type ResponseApdu,
  verify,
} from '../apdu/index.ts'
import { PinError, SecureMessagingError, StatusWordError, TranscriptError } from '../errors.ts'
import type { PinFormat } from '../pins.ts'
import type { CardApplication } from './application.ts'
import { Pin } from './pin.ts'
import { type CardSession, noteVerified, overReset, pinEpoch, selectEf, sendSecret, statusError } from './session.ts'

/** One PIN of one application. */
export interface PinReference {
  /** Short name for messages: `auth`, `sign`. */
  readonly id: string
  readonly application: CardApplication
  /** File identifier of the PIN, whose low five bits are its short identifier. */
  readonly fid: number
  /** Not selectable as a file: referenced by P2 only, with the low five bits of `fid`. */
  readonly byReferenceOnly?: boolean
  readonly format: PinFormat
  /** Initial value of the retry counter. */
  readonly triesMax: number
}

/** State of a PIN on the card. The query spends no try. */
export type PinStatus =
  | { readonly state: 'usable'; readonly triesLeft: number }
  /** Already verified, by this session or an earlier one; the counter is not readable until cleared. */
  | { readonly state: 'verified' }
  | { readonly state: 'blocked'; readonly triesLeft: 0 }
  /** No retry counter. */
  | { readonly state: 'unlimited' }

/** A device at which the holder enters a PIN, which never reaches this computer: see `Keypad`. */
export interface PinDevice {
  /** The one VERIFY, under the guard. */
  verify(session: CardSession, pin: PinReference, options: VerifyPinOptions): Promise<void>
  /** Called by what consumes a PIN; nothing to do where none is held. */
  wipe(): void
}

/** The only value that allows the last try to be spent, deliberately explicit. */
export const spendTheLastTry = 'a wrong PIN now blocks this card' as const

/** Options of {@link verifyPin}. */
export interface VerifyPinOptions {
  /** Allow the try that would block the PIN. Only with the holder's explicit consent. */
  readonly lastTry?: typeof spendTheLastTry | undefined
  /** Refuse when fewer tries than this are left; 2 to 15, default 2. A kiosk may want 3. */
  readonly keepTries?: number | undefined
  /**
   * What {@link readPinStatus} returned for this PIN in this session. The counter is then not read a second time, provided that the
   * connection is exclusive and nothing but reading has happened since; otherwise it is.
   */
  readonly known?: PinStatus | undefined
}

/** The options that decide how often a PIN may be entered. */
export type PinEntryOptions = Pick<VerifyPinOptions, 'keepTries' | 'lastTry'>

/**
 * How many more times {@link verifyPin} with these options accepts this PIN if every entry is wrong: 0 when it refuses
 * (`ERR_PIN_GUARDED`, `ERR_PIN_BLOCKED`). With the defaults, the tries left on the card less the last one.
 *
 * `undefined` without a counter: the PIN has none, or it is verified and the card shows it only after
 * {@link verifyPin} has cleared it.
 *
 * @throws RangeError if `keepTries` is not 2 to 15.
 */
export function pinEntries(status: PinStatus, options: PinEntryOptions = {}): number | undefined {
  const keep = keptTries(options)
  if (status.state === 'blocked') return 0
  if (status.state !== 'usable') return undefined
  return Math.max(0, status.triesLeft - (options.lastTry === spendTheLastTry ? 1 : keep) + 1)
}

/**
 * Refuses what {@link verifyPin} with these options would refuse, before a person types the PIN.
 *
 * @param status - as read by {@link readPinStatus}.
 * @throws PinError `ERR_PIN_GUARDED`, `ERR_PIN_BLOCKED`. @throws RangeError if `keepTries` is not 2 to 15.
 */
export function requirePinEntry(
  pin: Pick<PinReference, 'id' | 'triesMax'>,
  status: PinStatus,
  options: PinEntryOptions = {},
): void {
  if (pinEntries(status, options) !== 0) return
  if (status.state !== 'usable') throw blocked(pin)
  const { triesLeft } = status
  const message = `the ${pin.id} PIN has ${triesLeft} of ${pin.triesMax} tries left; refused so that the card is not blocked`
  throw new PinError('ERR_PIN_GUARDED', message, { pin: pin.id, triesLeft, entriesLeft: 0 })
}

/** @throws RangeError if not 2 to 15. */
function keptTries({ keepTries = 2 }: PinEntryOptions): number {
  if (!Number.isInteger(keepTries) || keepTries < 2 || keepTries > 15) throw new RangeError('keepTries must be 2 to 15')
  return keepTries
}

interface Located {
  readonly status: PinStatus
  /** The form of reference the card accepted for the query; VERIFY is sent in this form only. */
  readonly reference: Reference
}

/**
 * Reads the retry counter with an empty VERIFY, which spends no try.
 *
 * @throws StatusWordError `ERR_FILE_NOT_FOUND` when the card does not have the PIN, `ERR_STATUS_WORD` for a status
 *   other than of a counter.
 */
export async function readPinStatus(session: CardSession, pin: PinReference): Promise<PinStatus> {
  const found = await session[overReset](() => locate(session, pin))
  readings.set(found.status, { pin, epoch: session[pinEpoch], reference: found.reference })
  return found.status
}

/** What the statuses that were returned refer to. */
const readings = new WeakMap<
  PinStatus,
  {
    readonly pin: PinReference
    /** Of one session. */
    readonly epoch: object | undefined
    readonly reference: Reference
  }
>()

/** A counter that was read in this session and still holds. A PIN that is selected as a file may not be the current one any more. */
function stillKnown(session: CardSession, pin: PinReference, status: PinStatus | undefined): Located | undefined {
  const reading = status && readings.get(status)
  if (status?.state !== 'usable' || reading === undefined) return undefined
  const { epoch, reference } = reading
  const holds = reading.pin === pin && epoch !== undefined && epoch === session[pinEpoch]
  return holds && reference !== 'current' ? { status, reference } : undefined
}

/**
 * Verifies a PIN: checks its format, reads the counter, and sends exactly one VERIFY. Consumes the PIN: it is wiped
 * when the promise settles, whatever the outcome.
 *
 * A PIN already verified on the card is cleared first, so that the counter is readable and the PIN is really verified.
 *
 * @param value - the PIN; or the keypad of the reader, where the holder enters it, as by `verifyPinOnPinpad`.
 * @throws PinError `ERR_PIN_FORMAT` (no try spent), `ERR_PIN_GUARDED` (no try spent), `ERR_PIN_REJECTED` with
 *   `triesLeft` and `entriesLeft`, `ERR_PIN_BLOCKED`, `ERR_PIN_STATE` (stays verified, no try spent), `ERR_PIN_OUTCOME_UNKNOWN` when the
 *   card was lost during VERIFY: a try may have been spent, and the next call reads the counter before anything else.
 */
export async function verifyPin(
  session: CardSession,
  pin: PinReference,
  value: Pin | PinDevice,
  options: VerifyPinOptions = {},
): Promise<void> {
  if (!(value instanceof Pin)) return value.verify(session, pin, options)
  try {
    await verifyOnce(session, pin, value, options)
  } finally {
    value.wipe()
  }
}

/** The one VERIFY of a call. */
async function verifyOnce(
  session: CardSession,
  pin: PinReference,
  value: Pin,
  options: VerifyPinOptions,
): Promise<void> {
  requirePinFormat(pin, value)
  await verifyGuarded(session, pin, options, (reference) =>
    value.lend((bytes) => session[sendSecret](verify(reference, bytes))),
  )
}

/**
 * Counter and guard before the one VERIFY, evaluation of its response after it. For {@link verifyPin} and PIN pads.
 * @internal
 *
 * @param send - sends VERIFY, once.
 */
export async function verifyGuarded(
  session: CardSession,
  pin: PinReference,
  options: VerifyPinOptions,
  send: (reference: Reference, status: PinStatus) => Promise<ResponseApdu>,
): Promise<void> {
  keptTries(options)
  const { status, reference } = stillKnown(session, pin, options.known) ?? (await locateUnverified(session, pin))
  requirePinEntry(pin, status, options)
  session[noteVerified](pin, false)
  const response = await sendPin(pin, 'VERIFY', () => send(reference, status))
  requireVerified(pin, response, options)
  session[noteVerified](pin, true)
}

/**
 * Ensures that this session does not use a PIN verified by another program: if the session has not verified a PIN
 * itself and it is verified on the card, it is cleared, and its application selected again. Spends no try.
 *
 * @param pins - alternative PINs of one application for the next read: one verified by this session is sufficient.
 */
export async function refuseInherited(session: CardSession, ...pins: readonly PinReference[]): Promise<void> {
  if (pins.some((pin) => session.hasVerified(pin))) return
  for (const pin of pins) await locateUnverified(session, pin)
}

/**
 * Changes a PIN: verifies the current one under the same guard, selects its file, and sends one CHANGE. Consumes both.
 *
 * @param build - the application's change command; default CHANGE REFERENCE DATA with the new value only.
 * @throws PinError as {@link verifyPin}; `ERR_PIN_OUTCOME_UNKNOWN` when the card was lost during the change: either PIN
 *   may be valid now.
 */
export async function changePin(
  session: CardSession,
  pin: PinReference,
  value: { readonly current: Pin; readonly next: Pin },
  options: VerifyPinOptions = {},
  build: (reference: Reference, bytes: Uint8Array) => CommandApdu = changeReferenceData,
): Promise<void> {
  try {
    requirePinFormat(pin, value.next, 'new')
    await verifyOnce(session, pin, value.current, options)
    // No public source documents CHANGE with the PIN referenced in P2; every client selects its file.
    await session[selectEf](pin.fid)
    const response = await sendPin(pin, 'CHANGE', () =>
      value.next.lend((bytes) => session[sendSecret](build('current', bytes))),
    )
    if (response.sw !== 0x9000) throw statusError('CHANGE', response.sw)
  } finally {
    value.current.wipe()
    value.next.wipe()
  }
}

/**
 * Checks the format of a PIN, as {@link verifyPin} and {@link changePin} do, for a program that reports it before
 * asking for further input. Spends no try and does not consume the PIN.
 *
 * @param use - `new` for one to be set.
 * @throws PinError `ERR_PIN_FORMAT`, whose message names every rule.
 */
export function requirePinFormat(pin: PinReference, value: Pin, use: 'current' | 'new' = 'current'): void {
  const misfit = value.misfit(pin.format, use)
  if (misfit === undefined) return
  const which = use === 'new' ? 'the new' : 'the'
  const message = `this cannot be ${which} ${pin.id} PIN: ${misfit}; no try was spent`
  throw new PinError('ERR_PIN_FORMAT', message, { pin: pin.id })
}

const blocked = (pin: Pick<PinReference, 'id'>): PinError =>
  new PinError('ERR_PIN_BLOCKED', `the ${pin.id} PIN is blocked; the municipal counter can set it again`, {
    pin: pin.id,
    triesLeft: 0,
    entriesLeft: 0,
  })

/** One transmission that carries a PIN. Any failure leaves the outcome unknown. @internal */
export async function sendPin(
  pin: PinReference,
  what: string,
  send: () => Promise<ResponseApdu>,
): Promise<ResponseApdu> {
  try {
    return await send()
  } catch (error) {
    // Secure messaging failed: the PIN was not sent, or not processed.
    if (error instanceof TranscriptError || error instanceof SecureMessagingError) throw error
    const message = `no valid response to ${what} of the ${pin.id} PIN: whether it took effect is unknown`
    throw new PinError('ERR_PIN_OUTCOME_UNKNOWN', message, { pin: pin.id, cause: error })
  }
}

function requireVerified(pin: PinReference, response: ResponseApdu, options: PinEntryOptions): void {
  const status = classifyStatus(response.sw)
  if (status.kind === 'ok') return
  if (status.kind === 'blocked' || (status.kind === 'tries-left' && status.left === 0)) throw blocked(pin)
  if (status.kind === 'tries-left' || status.kind === 'no-limit') {
    const triesLeft = status.kind === 'tries-left' ? status.left : undefined
    const rest = triesLeft === undefined ? '' : `; ${triesLeft} tries left`
    const entriesLeft = triesLeft === undefined ? undefined : pinEntries({ state: 'usable', triesLeft }, options)
    throw new PinError('ERR_PIN_REJECTED', `the ${pin.id} PIN is wrong${rest}`, { pin: pin.id, triesLeft, entriesLeft })
  }
  throw statusError('VERIFY', response.sw)
}

function locateUnverified(session: CardSession, pin: PinReference): Promise<Located> {
  return session[overReset](() => locateCleared(session, pin))
}

async function locateCleared(session: CardSession, pin: PinReference): Promise<Located> {
  const found = await locate(session, pin)
  if (found.status.state !== 'verified') return found
  await session.clear()
  await session.selectApplication(pin.application)
  const again = await locate(session, pin)
  if (again.status.state === 'verified') {
    const message = `the ${pin.id} PIN cannot be cleared: remove the card from the reader`
    throw new PinError('ERR_PIN_STATE', message, { pin: pin.id })
  }
  return again
}

async function locate(session: CardSession, pin: PinReference): Promise<Located> {
  const { capabilities } = session
  const short = pin.fid & 0x1f
  if (capabilities.directReference !== 'no' || pin.byReferenceOnly) {
    const response = await query(session, short)
    const status = counterOf(response)
    // Some readers refuse an APDU form with 6300; whether the PIN really has no counter shows after selecting it.
    const isDoubtful = status?.state === 'unlimited' && capabilities.directReference === 'unknown'
    if (status !== undefined && (!isDoubtful || pin.byReferenceOnly)) {
      capabilities.directReference = 'yes'
      return { status, reference: short }
    }
    if (pin.byReferenceOnly) throw statusError('VERIFY (counter)', response.sw)
  }
  await session[selectEf](pin.fid)
  const response = await query(session, 'current')
  const status = counterOf(response)
  if (status === undefined) {
    throw new StatusWordError('ERR_STATUS_WORD', 'VERIFY (counter)', response.sw, describeStatus(response.sw))
  }
  capabilities.directReference = 'no'
  return { status, reference: 'current' }
}

/** Empty VERIFY; with an Le if the reader cannot send a case 1 APDU (facts 3.8). */
async function query(session: CardSession, reference: Reference): Promise<ResponseApdu> {
  const command = queryVerify(reference)
  const response = await session.transmit(command)
  return response.sw === 0x6700 ? session.transmit({ ...command, ne: 256 }) : response
}

function counterOf(response: ResponseApdu): PinStatus | undefined {
  const status = classifyStatus(response.sw)
  switch (status.kind) {
    case 'ok':
      return { state: 'verified' }
    case 'no-limit':
      return { state: 'unlimited' }
    case 'blocked':
      return { state: 'blocked', triesLeft: 0 }
    case 'tries-left':
      return status.left === 0 ? { state: 'blocked', triesLeft: 0 } : { state: 'usable', triesLeft: status.left }
    default:
      return undefined
  }
}
