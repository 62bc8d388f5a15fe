import { type CommandApdu, changeReferenceData, type Reference, type ResponseApdu, verify } from '../../apdu/index.ts'
import { PinError, SecureMessagingError, StatusWordError, TransportError } from '../../errors.ts'
import {
  type PinDevice,
  type PinReference,
  type PinStatus,
  pinEntries,
  readPinStatus,
  sendPin,
  type VerifyPinOptions,
  verifyGuarded,
} from '../pin-guard.ts'
import { type CardSession, selectEf, sendByReader, statusError } from '../session.ts'
import { modifyStructure, type PinEntry, verifyStructure } from './features.ts'
import { findPinpad, type Pinpad, pinpadMisfit } from './find.ts'

/** What the keypad of a reader is asked with. */
export type KeypadOptions = Pick<PinpadOptions, 'seconds' | 'language' | 'onPrompt'>

/**
 * The keypad of a session's reader, in place of a {@link Pin} wherever one is verified: the holder enters it there, and it never
 * reaches this computer.
 *
 * @example
 * ```ts
 * import { CardSession, JpkiApplication, Keypad } from 'jpki-card'
 * import { openPcsc } from 'jpki-card/pcsc'
 *
 * const transport = await openPcsc()
 * const { name } = await transport.waitForCard()
 * const session = new CardSession(await transport.connect(name))
 * const jpki = await JpkiApplication.open(session)
 * await jpki.authenticate(crypto.getRandomValues(new Uint8Array(32)), await Keypad.of(session))
 * ```
 */
export class Keypad implements PinDevice {
  readonly #pinpad: Pinpad
  readonly #options: KeypadOptions

  private constructor(pinpad: Pinpad, options: KeypadOptions) {
    this.#pinpad = pinpad
    this.#options = options
  }

  /**
   * The keypad of the reader of a session. Sends nothing to the card.
   *
   * @throws TransportError `ERR_NO_KEYPAD` when reader, driver or binding offer none, or none that can be used.
   */
  static async of(session: CardSession, options: KeypadOptions = {}): Promise<Keypad> {
    const { pinpad, reason } = await findPinpad(session)
    if (pinpad !== undefined) return new Keypad(pinpad, options)
    const { reader } = session.connection
    throw new TransportError('ERR_NO_KEYPAD', `${reader}: no keypad for PINs (${reason})`, { reader })
  }

  /**
   * Has the PIN entered and verified, as `verifyPinOnPinpad`.
   *
   * @throws TransportError `ERR_NO_KEYPAD` for a PIN that cannot be entered there; otherwise as `verifyPinOnPinpad`.
   */
  async verify(session: CardSession, pin: PinReference, options: VerifyPinOptions): Promise<void> {
    const misfit = pinpadMisfit(this.#pinpad, pin)
    if (misfit !== undefined) {
      const { reader } = session.connection
      throw new TransportError('ERR_NO_KEYPAD', `${reader}: not for the ${pin.id} PIN (${misfit})`, { reader })
    }
    return verifyPinOnPinpad(session, this.#pinpad, pin, { ...options, ...this.#options })
  }

  /** Nothing: the PIN is not here. */
  wipe(): void {}
}

/** Options of {@link verifyPinOnPinpad}. */
export interface PinpadOptions extends VerifyPinOptions {
  /** How long the customer may take, seconds, 5 to 255; default 30. */
  readonly seconds?: number | undefined
  /** Language of the reader's own texts. Default `ja`. */
  readonly language?: 'ja' | 'en' | undefined
  /**
   * Called right before the PIN pad asks for the PIN: to inform the customer. Not called when the guard refuses.
   *
   * @param entriesLeft - how many entries are accepted, this one included, see {@link pinEntries}; `undefined` for a new PIN.
   */
  readonly onPrompt?: ((entriesLeft: number | undefined) => void) | undefined
}

const languages = { ja: 0x0411, en: 0x0409 } as const
/** Milliseconds on top of the customer's time, for card and driver. */
const slack = 10_000

/** Status words of the reader itself, PC/SC part 10 clause 2.5.4: no command was sent to the card. */
const ofReader: ReadonlyMap<number, string> = new Map([
  [0x6400, 'no PIN was entered at the keypad in time'],
  [0x6401, 'the entry was cancelled at the keypad'],
  [0x6402, 'the new PIN was entered differently the second time'],
  [0x6403, 'too few or too many digits were entered at the keypad'],
  [0x6b80, 'the reader does not support this form of PIN entry'],
])

/**
 * Verifies a PIN entered by the customer at the PIN pad of the reader: it never reaches this computer. Guarded as
 * `verifyPin`: counter first, one VERIFY, nothing repeated.
 *
 * @throws RangeError when {@link pinpadMisfit} reports that the PIN cannot be entered there, or an option is out of
 *   range.
 * @throws PinError as `verifyPin`; `ERR_PIN_FORMAT` for a wrong number of digits. No try was spent then.
 * @throws TransportError `ERR_TIMEOUT` and `ERR_ABORTED` when no PIN was entered, or the entry was cancelled: no try
 *   was spent and the session stays usable.
 * @throws StatusWordError `6B80` when the reader refuses the form of entry: use `verifyPin`.
 * @throws SecureMessagingError under secure messaging, which readers do not support.
 */
export async function verifyPinOnPinpad(
  session: CardSession,
  pinpad: Pinpad,
  pin: PinReference,
  options: PinpadOptions = {},
): Promise<void> {
  const entry = check(session, pinpad, pin, options)
  const enter = (reference: Reference, status: PinStatus): Promise<ResponseApdu> => {
    const command = verify(reference, new Uint8Array(1))
    const structure = verifyStructure(pinpad, { ...entry, header: headerOf(command) })
    options.onPrompt?.(pinEntries(status, options))
    const sent = session[sendByReader](command, pinpad.verifyCode, structure, limitOf(entry))
    return sent.then((response) => confirmed(session, pin, status, response))
  }
  try {
    await verifyGuarded(session, pin, options, enter)
  } catch (error) {
    throw error instanceof StatusWordError ? ofEntry(pin, error) : error
  }
}

/**
 * Changes a PIN at the keypad: the current one is verified there under the guard, then the new one entered twice.
 *
 * @throws as {@link verifyPinOnPinpad}; RangeError also when the reader has no FEATURE_MODIFY_PIN_DIRECT. PinError
 *   `ERR_PIN_FORMAT` when the two entries of the new PIN differ. After `ERR_PIN_OUTCOME_UNKNOWN` of the change either
 *   PIN may hold.
 */
export async function changePinOnPinpad(
  session: CardSession,
  pinpad: Pinpad,
  pin: PinReference,
  options: PinpadOptions = {},
): Promise<void> {
  const { modifyCode } = pinpad
  if (modifyCode === undefined) throw new RangeError('this reader cannot change PINs: see pinpad.modifyCode')
  await verifyPinOnPinpad(session, pinpad, pin, options)
  const entry = check(session, pinpad, pin, options)
  await session[selectEf](pin.fid)
  const command = changeReferenceData('current', new Uint8Array(1))
  const structure = modifyStructure(pinpad, { ...entry, header: headerOf(command) })
  options.onPrompt?.(undefined)
  const response = await sendPin(pin, 'CHANGE', () =>
    session[sendByReader](command, modifyCode, structure, limitOf(entry)),
  )
  if (response.sw !== 0x9000) throw ofEntry(pin, statusError('CHANGE', response.sw))
}

type Entry = Omit<PinEntry, 'header'>

function check(session: CardSession, pinpad: Pinpad, pin: PinReference, options: PinpadOptions): Entry {
  const { seconds = 30, language = 'ja' } = options
  if (!Number.isInteger(seconds) || seconds < 5 || seconds > 255) throw new RangeError('seconds must be 5 to 255')
  if (pinpad.connection !== session.connection) throw new RangeError('the pinpad was found in another session')
  const misfit = pinpadMisfit(pinpad, pin)
  if (misfit !== undefined || pin.format.kind !== 'digits') {
    throw new RangeError(`the ${pin.id} PIN cannot be entered at this keypad (${misfit}): see pinpadMisfit`)
  }
  if (session.isProtected) throw new SecureMessagingError('a keypad cannot send a PIN under secure messaging')
  return { digits: pin.format.length, seconds, language: languages[language] }
}

const limitOf = ({ seconds }: Entry): number => seconds * 1000 + slack

const headerOf = ({ cla, ins, p1, p2 }: CommandApdu): PinEntry['header'] => [cla, ins, p1, p2]

/**
 * Evaluates the response to an entry. When the reader reports that it sent nothing, the counter decides: a decreased
 * counter means a wrong PIN.
 *
 * @throws StatusWordError when the two are otherwise inconsistent.
 */
async function confirmed(
  session: CardSession,
  pin: PinReference,
  before: PinStatus,
  response: ResponseApdu,
): Promise<ResponseApdu> {
  if (!ofReader.has(response.sw)) return response
  const after = await readPinStatus(session, pin)
  const left = (status: PinStatus): number | undefined => ('triesLeft' in status ? status.triesLeft : undefined)
  if (before.state === after.state && left(before) === left(after)) return response
  const tries = left(after)
  if (tries === undefined) throw statusError('VERIFY', response.sw)
  return { ...response, sw: 0x63c0 | tries }
}

/** The error for a refused entry. */
function ofEntry(pin: PinReference, error: StatusWordError): Error {
  const text = ofReader.get(error.sw)
  if (text === undefined || error.sw === 0x6b80) return error
  const message = `${text}; no try was spent`
  if (error.sw === 0x6400) return new TransportError('ERR_TIMEOUT', message, { cause: error })
  if (error.sw === 0x6401) return new TransportError('ERR_ABORTED', message, { cause: error })
  return new PinError('ERR_PIN_FORMAT', message, { pin: pin.id, cause: error })
}
