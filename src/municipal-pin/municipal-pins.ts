import { createHmac } from 'node:crypto'
import { copyBytes } from '../bytes.ts'
import { JpkiCardError, RefusalError } from '../errors.ts'
import type { MunicipalPinKind } from './kinds.ts'
import { checkActor, checkSubject, type MunicipalPinsOptions, type Settings, settingsOf } from './options.ts'
import { PinHasher } from './pin-hash.ts'

/** Who is at the counter. Text of 1 to 64 of A-Z a-z 0-9 . _ - for the audit log. */
export interface ByClerk {
  readonly clerk: string
}

/** At which machine. Text of 1 to 64 of A-Z a-z 0-9 . _ - for the audit log. */
export interface AtTerminal {
  readonly terminal: string
}

/** What is known of a PIN without trying one. */
export interface MunicipalPinStatus {
  readonly registered: boolean
  readonly locked: boolean
  /** Wrong PINs until it locks. */
  readonly triesLeft: number
}

type Action = 'register' | 'verify' | 'change' | 'unlock' | 'remove'

/** One call: which PIN, and what of it goes to the audit log. */
interface Step {
  readonly action: Action
  /** Key in the store: it does not tell the user. */
  readonly name: string
  readonly user: string
  readonly kind: MunicipalPinKind
  readonly by: string
}

/**
 * PINs a municipality keeps for its issuing machines, one for each user and certificate. They are of the municipality: no
 * card knows them.
 *
 * A try is counted before the PIN is looked at, in one step for all servers: no crash, and no number of tries at once,
 * gives more than `maxTries`. The right PIN gives them back.
 *
 * PINs are bytes, the digits in ASCII. Each call takes them over: the given array is wiped before it returns a promise, its
 * copy when that is settled. Strings made from a PIN before, and copies of the garbage collector, are out of reach.
 *
 * Every method may throw RefusalError `ERR_STORE_UNAVAILABLE` or `ERR_STORE_FULL` of its store, what its audit sink throws
 * (AuditError `ERR_AUDIT`), and TypeError for arguments that are not as described. Nothing is told as done then.
 */
export class MunicipalPins {
  readonly #settings: Settings
  readonly #hasher: PinHasher

  /** @throws TypeError, RangeError for options that make no sense. */
  constructor(options: MunicipalPinsOptions) {
    this.#settings = settingsOf(options)
    this.#hasher = new PinHasher(this.#settings.serverKey, this.#settings.scrypt)
  }

  /**
   * Sets a PIN, in place of the former one if there is one, and unlocks it. The clerk has made sure who the user is.
   *
   * @throws RefusalError `ERR_MUNICIPAL_PIN_FORMAT`.
   */
  register(userId: string, kind: MunicipalPinKind, pin: Uint8Array, by: ByClerk): Promise<void> {
    return this.#withPins([pin], ([own]) =>
      this.#audited('register', userId, kind, by.clerk, async (step) => {
        this.#checkFormat(own!)
        await this.#announce(step)
        await this.#settings.store.write(step.name, await this.#hasher.make(step.name, own!))
        await this.#settings.store.reset(step.name)
      }),
    )
  }

  /**
   * Spends a try on a PIN; the right one gives all tries back.
   *
   * @throws RefusalError `ERR_MUNICIPAL_PIN_FORMAT` (no try is spent), `ERR_MUNICIPAL_PIN_REJECTED`,
   * `ERR_MUNICIPAL_PIN_LOCKED` (the last try was spent now or earlier), `ERR_MUNICIPAL_PIN_NOT_REGISTERED` with
   * `revealUnregistered`. Without it a PIN that does not exist is rejected, locks and takes time like one that does.
   */
  verify(userId: string, kind: MunicipalPinKind, pin: Uint8Array, at: AtTerminal): Promise<void> {
    return this.#withPins([pin], ([own]) =>
      this.#audited('verify', userId, kind, at.terminal, async (step) => {
        this.#checkFormat(own!)
        await this.#try(step, own!)
      }),
    )
  }

  /**
   * Sets another PIN for whoever knows the present one.
   *
   * @throws RefusalError as {@link verify} does; `ERR_MUNICIPAL_PIN_FORMAT` for either PIN, and no try is spent.
   */
  change(
    userId: string,
    kind: MunicipalPinKind,
    oldPin: Uint8Array,
    newPin: Uint8Array,
    at: AtTerminal,
  ): Promise<void> {
    return this.#withPins([oldPin, newPin], ([old, next]) =>
      this.#audited('change', userId, kind, at.terminal, async (step) => {
        this.#checkFormat(old!)
        this.#checkFormat(next!)
        await this.#try(step, old!)
        await this.#announce(step)
        await this.#settings.store.write(step.name, await this.#hasher.make(step.name, next!))
      }),
    )
  }

  /** Gives all tries back. @throws RefusalError `ERR_MUNICIPAL_PIN_NOT_REGISTERED`. */
  unlock(userId: string, kind: MunicipalPinKind, by: ByClerk): Promise<void> {
    return this.#audited('unlock', userId, kind, by.clerk, async (step) => {
      await this.#mustExist(step)
      await this.#announce(step)
      await this.#settings.store.reset(step.name)
    })
  }

  /** Forgets a PIN. @throws RefusalError `ERR_MUNICIPAL_PIN_NOT_REGISTERED`. */
  remove(userId: string, kind: MunicipalPinKind, by: ByClerk): Promise<void> {
    return this.#audited('remove', userId, kind, by.clerk, async (step) => {
      await this.#mustExist(step)
      await this.#announce(step)
      await this.#settings.store.remove(step.name)
      await this.#settings.store.reset(step.name)
    })
  }

  /** What is known of a PIN, for staff. Spends nothing and is not written down. */
  async status(userId: string, kind: MunicipalPinKind): Promise<MunicipalPinStatus> {
    checkSubject(userId, kind)
    const { store, maxTries } = this.#settings
    const name = nameOf(this.#pseudonym(userId), kind)
    const [kept, spent] = await Promise.all([store.read(name), store.count(name)])
    const triesLeft = Math.max(0, maxTries - spent)
    return { registered: kept !== undefined, locked: triesLeft === 0, triesLeft }
  }

  async #try({ name }: Step, pin: Uint8Array): Promise<void> {
    const { store, revealUnregistered, maxTries } = this.#settings
    const spent = await store.increment(name)
    if (spent > maxTries) throw new RefusalError('ERR_MUNICIPAL_PIN_LOCKED', 'the PIN is locked')
    const kept = await store.read(name)
    if (await this.#hasher.matches(name, pin, kept)) {
      await store.reset(name)
      return
    }
    if (kept === undefined && revealUnregistered) {
      await store.reset(name)
      throw notRegistered()
    }
    if (spent === maxTries) throw new RefusalError('ERR_MUNICIPAL_PIN_LOCKED', 'the last try was spent')
    throw new RefusalError('ERR_MUNICIPAL_PIN_REJECTED', 'the PIN is wrong')
  }

  #checkFormat(pin: Uint8Array): void {
    const { minDigits, maxDigits } = this.#settings.pinFormat
    const fits = pin.length >= minDigits && pin.length <= maxDigits && pin.every((byte) => byte >= 0x30 && byte <= 0x39)
    if (!fits) throw new RefusalError('ERR_MUNICIPAL_PIN_FORMAT', 'this is not the format of a PIN')
  }

  async #mustExist({ name }: Step): Promise<void> {
    if ((await this.#settings.store.read(name)) === undefined) throw notRegistered()
  }

  /** Takes PINs over for one call. */
  async #withPins<T>(pins: readonly Uint8Array[], use: (own: readonly Uint8Array[]) => Promise<T>): Promise<T> {
    if (!pins.every((pin) => pin instanceof Uint8Array)) throw new TypeError('a PIN must be a Uint8Array')
    const own = pins.map((pin) => copyBytes(pin))
    for (const pin of pins) pin.fill(0)
    try {
      return await use(own)
    } finally {
      for (const pin of own) pin.fill(0)
    }
  }

  /** Runs one call, and writes down how it ended. */
  async #audited(
    action: Action,
    userId: string,
    kind: MunicipalPinKind,
    by: string,
    body: (step: Step) => Promise<void>,
  ): Promise<void> {
    checkSubject(userId, kind)
    checkActor(by)
    const user = this.#pseudonym(userId)
    const step: Step = { action, name: nameOf(user, kind), user, kind, by }
    try {
      await body(step)
    } catch (error) {
      if (error instanceof JpkiCardError && error.code !== 'ERR_AUDIT') await this.#write(step, error.code)
      throw error
    }
    await this.#write(step, 'done')
  }

  /** Written before something changes: if it cannot be, nothing does. */
  #announce(step: Step): Promise<void> {
    return this.#write(step, 'begun')
  }

  async #write({ action, user, kind, by }: Step, result: string): Promise<void> {
    await this.#settings.audit?.write({ type: 'municipal-pin', action, kind, user, by, result })
  }

  /** The user as store and audit log know him: HMAC-SHA-256 with the key of the servers. */
  #pseudonym(userId: string): string {
    return createHmac('sha256', this.#settings.serverKey).update(`user ${userId}`).digest('base64url')
  }
}

const nameOf = (user: string, kind: MunicipalPinKind): string => `municipal-pin:${kind}:${user}`

function notRegistered(): RefusalError {
  return new RefusalError('ERR_MUNICIPAL_PIN_NOT_REGISTERED', 'there is no such PIN')
}
