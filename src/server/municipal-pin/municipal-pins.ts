import { copyBytes } from '../../bytes.ts'
import { JpkiCardError, RefusalError } from '../../errors.ts'
import type { MunicipalPinKind, MunicipalPinStatus } from '../../issuance/index.ts'
import { checkActor, checkSubject, type MunicipalPinsOptions, type Settings, settingsOf } from './options.ts'
import { admit, isOutdated } from './pin-hash.ts'
import { freshRecord, isBareHash, type PinRecord, parseRecord, recordText, unique } from './pin-record.ts'

/** The clerk who acts. 1 to 64 of A-Z a-z 0-9 . _ - for the audit log. */
export interface ByClerk {
  readonly clerk: string
}

/** The terminal the PIN was entered at. 1 to 64 of A-Z a-z 0-9 . _ - for the audit log. */
export interface AtTerminal {
  readonly terminal: string
}

type Action = 'register' | 'verify' | 'change' | 'lock' | 'unlock' | 'remove'

/** One call: which PIN, and its data for the audit log. */
interface Step {
  readonly action: Action
  /** Store keys, one per server key, the one in use first. Pseudonymous: they do not reveal the user. */
  readonly names: readonly string[]
  readonly user: string
  readonly kind: MunicipalPinKind
  readonly by: string
}

/** Consistent snapshot of what the store has of a PIN. */
interface Found {
  /** Index of the name that has it; 0 when none has. */
  readonly at: number
  readonly record: PinRecord | undefined
  /** The texts under all names. */
  readonly texts: readonly (string | undefined)[]
}

/** Attempts of a write that conflicts with others, at most. */
const mostRounds = 100

/**
 * PINs that a municipality keeps for its certificate issuing machines (証明書自動交付機), one per user and certificate. They
 * are not on any card.
 *
 * A try is counted before the PIN is compared, across all servers: neither crashes nor concurrent tries allow more than
 * `maxTries`. A correct PIN resets the count.
 *
 * The result of a comparison is written only if the PIN is unchanged and no clerk has acted since; otherwise it is
 * compared again. So the last act of a clerk prevails over overlapping calls, and a correct PIN does not unlock a PIN
 * that was locked during the comparison.
 *
 * PINs are bytes, the digits in ASCII. Each call takes ownership: the given array is wiped before the call returns its
 * promise, the copy when the promise settles. Strings a PIN was made from, and copies of the garbage collector, cannot
 * be wiped.
 *
 * Every method may throw RefusalError `ERR_STORE_UNAVAILABLE` or `ERR_STORE_FULL` of its store,
 * `ERR_MUNICIPAL_PIN_BUSY` when too many PINs wait to be hashed (no try is spent) or are changed at once, AuditError
 * `ERR_AUDIT` of its audit sink, and TypeError for arguments that are not as described. Nothing is reported as done in
 * that case.
 */
export class MunicipalPins {
  readonly #settings: Settings

  /**
   * @throws TypeError, RangeError for options that are not as described.
   * @throws RefusalError `ERR_STORE_UNAVAILABLE` when the store reports that it removes keys (`evicting`).
   */
  constructor(options: MunicipalPinsOptions) {
    this.#settings = settingsOf(options)
    this.#checkStore()
  }

  /**
   * Sets or replaces a PIN and unlocks it. The clerk has verified the identity of the user.
   *
   * @throws RefusalError `ERR_MUNICIPAL_PIN_FORMAT`.
   */
  register(userId: string, kind: MunicipalPinKind, pin: Uint8Array, by: ByClerk): Promise<void> {
    return this.#withPins([pin], ([own]) =>
      this.#audited('register', userId, kind, by.clerk, async (step) => {
        this.#checkFormat(own!)
        const end = admit(this.#settings.hashing)
        try {
          await this.#announce(step)
          const fresh = freshRecord(await this.#hashed(step, own!))
          await this.#write(step, () => ({ to: 0, next: fresh }))
        } finally {
          end()
        }
      }),
    )
  }

  /**
   * Verifies a PIN. Spends a try; a correct PIN resets the count.
   *
   * @throws RefusalError `ERR_MUNICIPAL_PIN_FORMAT` (no try is spent), `ERR_MUNICIPAL_PIN_REJECTED`,
   * `ERR_MUNICIPAL_PIN_LOCKED` (the last try was spent now or earlier, or tries under way may spend it),
   * `ERR_MUNICIPAL_PIN_NOT_REGISTERED` with `revealUnregistered`. Without it an unregistered PIN is rejected, locks and
   * takes time as a registered one does.
   */
  verify(userId: string, kind: MunicipalPinKind, pin: Uint8Array, at: AtTerminal): Promise<void> {
    return this.#withPins([pin], ([own]) =>
      this.#audited('verify', userId, kind, at.terminal, async (step) => {
        this.#checkFormat(own!)
        await this.#try(step, own!, async ({ at: index, record }) =>
          index > 0 || isOutdated(record!.hash!, this.#settings.scrypt) ? this.#hashed(step, own!) : undefined,
        )
      }),
    )
  }

  /**
   * Changes a PIN with the present one.
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
        let announced = false
        await this.#try(step, old!, async () => {
          if (!announced) await this.#announce(step)
          announced = true
          return this.#hashed(step, next!)
        })
      }),
    )
  }

  /**
   * Locks a PIN until a clerk unlocks it or registers another. @throws RefusalError `ERR_MUNICIPAL_PIN_NOT_REGISTERED`.
   */
  lock(userId: string, kind: MunicipalPinKind, by: ByClerk): Promise<void> {
    return this.#byClerk('lock', userId, kind, by, (record) => ({ ...record, stamp: unique(), locked: true }))
  }

  /** Unlocks a PIN and resets all counts. @throws RefusalError `ERR_MUNICIPAL_PIN_NOT_REGISTERED`. */
  unlock(userId: string, kind: MunicipalPinKind, by: ByClerk): Promise<void> {
    return this.#byClerk('unlock', userId, kind, by, ({ hash, key, lastRight }) => ({
      ...freshRecord(),
      hash,
      key,
      lastRight,
    }))
  }

  /** Removes a PIN. @throws RefusalError `ERR_MUNICIPAL_PIN_NOT_REGISTERED`. */
  remove(userId: string, kind: MunicipalPinKind, by: ByClerk): Promise<void> {
    return this.#byClerk('remove', userId, kind, by, () => undefined)
  }

  /** State of a PIN, for staff. Spends no try and is not logged. */
  async status(userId: string, kind: MunicipalPinKind): Promise<MunicipalPinStatus> {
    checkSubject(userId, kind)
    const { at, record = freshRecord() } = await this.#load(this.#names(userId, kind))
    const { hash, wrongTries } = record
    const lockedBy = this.#lockedBy(record)
    const time = (ms: number | undefined): Date | undefined => (ms === undefined ? undefined : new Date(ms))
    const triesLeft = lockedBy === undefined ? Math.max(0, this.#triesLeft(record)) : 0
    return {
      registered: hash !== undefined,
      locked: triesLeft === 0,
      lockedBy: lockedBy ?? (triesLeft === 0 ? 'tries' : undefined),
      triesLeft,
      wrongTries,
      firstWrong: time(record.firstWrong),
      lastWrong: time(record.lastWrong),
      lastRight: time(record.lastRight),
      outdated: hash !== undefined && (at > 0 || isOutdated(hash, this.#settings.scrypt)),
    }
  }

  /**
   * Counts a try, compares, and writes the result.
   *
   * @param renew - the hash to store if the PIN is correct; undefined: unchanged.
   */
  async #try(step: Step, pin: Uint8Array, renew: (found: Found) => Promise<Kept | undefined>): Promise<void> {
    const { keys, scrypt } = this.#settings
    for (let round = 0; round < mostRounds; round++) {
      const own = unique()
      const found = await this.#count(step, own)
      const { at } = found
      const record = found.record!
      const counted: Try = { own, stamp: record.stamp, last: this.#triesLeft(record) === 0 }
      const end = await this.#admitted(step, counted)
      let fits: boolean
      let kept: Kept | undefined
      try {
        fits = await keys[at]!.matches(step.names[at]!, pin, record.hash, scrypt)
        if (fits) {
          kept = await renew(found).catch(async (error) => {
            // The PIN was correct: its tries are reset although the call failed.
            await this.#settle(step, counted, true).catch(() => {})
            throw error
          })
        }
      } finally {
        end()
      }
      if (await this.#settle(step, counted, fits, kept)) return
    }
    throw overtaken()
  }

  /**
   * Counts a try as spent until its PIN is compared. @throws RefusalError when no try is left, or the PIN is not
   * registered.
   */
  async #count(step: Step, own: string): Promise<Found> {
    return this.#write(step, ({ at, record = freshRecord() }) => {
      if (record.hash === undefined && this.#settings.revealUnregistered) throw notRegistered()
      if (record.locked || this.#triesLeft(record) <= 0) {
        throw new RefusalError('ERR_MUNICIPAL_PIN_LOCKED', 'the PIN is locked')
      }
      return { to: at, next: { ...record, pending: [...record.pending, own] } }
    })
  }

  /** Tries that are not counted yet. */
  #triesLeft({ wrong, wrongTries, pending }: PinRecord): number {
    const { maxTries, maxWrongTries = Number.POSITIVE_INFINITY } = this.#settings
    return Math.min(maxTries - wrong, maxWrongTries - wrongTries) - pending.length
  }

  /** Admits a try to hashing; uncounts it when hashing is refused. */
  async #admitted(step: Step, { stamp, own }: Try): Promise<() => void> {
    try {
      return admit(this.#settings.hashing)
    } catch (error) {
      const without = ({ at, record }: Found) =>
        record?.stamp === stamp
          ? { to: at, next: { ...record, pending: record.pending.filter((id) => id !== own) } }
          : 'as-is'
      await this.#write(step, without).catch(() => {})
      throw error
    }
  }

  /**
   * Writes the result of a comparison.
   *
   * @param last - whether it took the last try while others are under way. If it is wrong the PIN is locked, and stays
   *   so whatever the results of the others: the caller has been answered that it is locked.
   * @returns whether the result is valid: not when the PIN was changed or a clerk has acted meanwhile.
   * @throws RefusalError `ERR_MUNICIPAL_PIN_LOCKED`, `ERR_MUNICIPAL_PIN_REJECTED`.
   */
  async #settle(step: Step, { stamp, own, last }: Try, fits: boolean, kept?: Kept): Promise<boolean> {
    const { maxTries } = this.#settings
    let refused: RefusalError | undefined
    let holds = true
    await this.#write(step, ({ at, record }) => {
      holds = record?.stamp === stamp
      refused = undefined
      if (record === undefined || !holds) return 'as-is'
      const pending = record.pending.filter((id) => id !== own)
      const now = Date.now()
      const wasLocked = this.#lockedBy(record) !== undefined
      const spent = (): RefusalError => new RefusalError('ERR_MUNICIPAL_PIN_LOCKED', 'the last try was spent')
      if (fits && wasLocked) {
        refused = spent()
        return { to: at, next: { ...record, pending } }
      }
      if (fits) {
        const renewed = kept === undefined ? {} : { ...kept, stamp: unique() }
        const to = kept === undefined ? at : 0
        return { to, next: { ...record, ...renewed, wrong: 0, pending: [], lastRight: now } }
      }
      // An earlier correct PIN has reset the count.
      const locks = last && pending.length < record.pending.length
      const wrong = locks ? maxTries : Math.min(maxTries, record.wrong + 1)
      const { wrongTries, firstWrong = now } = record
      const next = { ...record, wrong, wrongTries: wrongTries + 1, pending, firstWrong, lastWrong: now }
      const rejected = !locks && (wasLocked || this.#lockedBy(next) === undefined)
      refused = rejected ? new RefusalError('ERR_MUNICIPAL_PIN_REJECTED', 'the PIN is wrong') : spent()
      return { to: at, next }
    })
    if (refused !== undefined) throw refused
    return holds
  }

  #lockedBy({ locked, wrong, wrongTries }: PinRecord): MunicipalPinStatus['lockedBy'] {
    const { maxTries, maxWrongTries = Number.POSITIVE_INFINITY } = this.#settings
    if (locked) return 'clerk'
    if (wrongTries >= maxWrongTries) return 'wrong-tries'
    return wrong >= maxTries ? 'tries' : undefined
  }

  /** An act of a clerk on a registered PIN, decided by the record at the moment it is written. */
  #byClerk(
    action: Action,
    userId: string,
    kind: MunicipalPinKind,
    by: ByClerk,
    act: (record: PinRecord) => PinRecord | undefined,
  ): Promise<void> {
    return this.#audited(action, userId, kind, by.clerk, async (step) => {
      if ((await this.#load(step.names)).record?.hash === undefined) throw notRegistered()
      await this.#announce(step)
      await this.#write(step, ({ at, record }) => {
        if (record?.hash === undefined) throw notRegistered()
        return { to: at, next: act(record) }
      })
    })
  }

  /** A hash of a PIN with the key in use. */
  async #hashed({ names }: Step, pin: Uint8Array): Promise<Kept> {
    const { keys, scrypt } = this.#settings
    return { hash: await keys[0].make(names[0]!, pin, scrypt), key: keys[0].id }
  }

  /**
   * Changes the record of a PIN atomically across all servers: decided again whenever another write came before.
   *
   * @param decide - returns the record and the name to store it under; undefined removes it, `as-is` changes nothing.
   * @returns the stored record.
   */
  async #write(
    { names }: Step,
    decide: (found: Found) => { readonly to: number; readonly next: PinRecord | undefined } | 'as-is',
  ): Promise<Found> {
    const { store, unregisteredMs } = this.#settings
    for (let round = 0; round < mostRounds; round++) {
      const found = await this.#load(names)
      const decided = decide(found)
      if (decided === 'as-is') return found
      const { to, next } = decided
      const text = next === undefined ? undefined : recordText(next)
      // A PIN has one name: the others are removed. Tries of an unregistered user leave the other names unchanged.
      const texts = found.texts.map((kept, i) => (i === to ? text : next === undefined || to === 0 ? undefined : kept))
      const lifetimeMs = next?.hash === undefined ? unregisteredMs : undefined
      const changes = names.map((key, i) => ({ key, expected: found.texts[i], next: texts[i], lifetimeMs }))
      if (await store.compareAndSet(changes)) {
        await this.#forgetCounters(names, found)
        return { at: to, record: next, texts }
      }
    }
    throw overtaken()
  }

  /** Consistent snapshot of a PIN under all its names. */
  async #load(names: readonly string[]): Promise<Found> {
    const { store, keys } = this.#settings
    for (let round = 0; round < mostRounds; round++) {
      const texts: (string | undefined)[] = []
      const records: (PinRecord | undefined)[] = []
      for (const [i, name] of names.entries()) {
        const text = await store.read(name)
        texts.push(text)
        if (text !== undefined && isBareHash(text)) {
          records.push({
            ...freshRecord({ hash: text, key: keys[i]!.id }),
            stamp: text,
            wrong: await store.count(name),
          })
        } else records.push(text === undefined ? undefined : parseRecord(text, keys[i]!.id))
      }
      const changes = names.map((key, i) => ({ key, expected: texts[i], next: texts[i] }))
      // Separate reads are not a consistent snapshot.
      if (names.length > 1 && !(await store.compareAndSet(changes))) continue
      const registered = records.findIndex((record) => record?.hash !== undefined)
      // Tries of an unregistered user are counted under one name too, whichever key a server uses.
      const at =
        registered < 0
          ? Math.max(
              0,
              records.findIndex((record) => record !== undefined),
            )
          : registered
      return { at, record: records[at], texts }
    }
    throw overtaken()
  }

  /** Removes the counters in which earlier releases kept tries, once they are in the record. */
  async #forgetCounters(names: readonly string[], { texts }: Found): Promise<void> {
    for (const [i, text] of texts.entries()) {
      if (text !== undefined && isBareHash(text)) await this.#settings.store.reset(names[i]!)
    }
  }

  /** @throws RefusalError `ERR_STORE_UNAVAILABLE` for a store that evicts keys. */
  #checkStore(): void {
    const { store, allowEviction } = this.#settings
    if (allowEviction || !store.conditions?.().some(({ reason }) => reason === 'evicting')) return
    throw new RefusalError(
      'ERR_STORE_UNAVAILABLE',
      'the store evicts keys before their expiry, so PINs and tries could be lost: see its conditions',
    )
  }

  #checkFormat(pin: Uint8Array): void {
    const { minDigits, maxDigits } = this.#settings.pinFormat
    const fits = pin.length >= minDigits && pin.length <= maxDigits && pin.every((byte) => byte >= 0x30 && byte <= 0x39)
    if (!fits) throw new RefusalError('ERR_MUNICIPAL_PIN_FORMAT', 'invalid PIN format')
  }

  /** Takes ownership of PINs for one call. */
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

  /** Runs one call and logs its result. */
  async #audited(
    action: Action,
    userId: string,
    kind: MunicipalPinKind,
    by: string,
    body: (step: Step) => Promise<void>,
  ): Promise<void> {
    checkSubject(userId, kind)
    checkActor(by)
    const user = this.#settings.keys[0].pseudonym(userId)
    const step: Step = { action, names: this.#names(userId, kind), user, kind, by }
    try {
      this.#checkStore()
      await body(step)
    } catch (error) {
      if (error instanceof JpkiCardError && error.code !== 'ERR_AUDIT') await this.#log(step, error.code)
      throw error
    }
    await this.#log(step, 'done')
  }

  /** Logged before the change: nothing changes when the log is unavailable. */
  #announce(step: Step): Promise<void> {
    return this.#log(step, 'begun')
  }

  async #log({ action, user, kind, by }: Step, result: string): Promise<void> {
    await this.#settings.audit?.write({ type: 'municipal-pin', action, kind, user, by, result })
  }

  /** Store keys of one PIN, one per server key. */
  #names(userId: string, kind: MunicipalPinKind): readonly string[] {
    return this.#settings.keys.map((key) => `municipal-pin:${kind}:${key.pseudonym(userId)}`)
  }
}

/** A try that was counted. */
interface Try {
  readonly own: string
  /** Stamp of the record it is compared with. */
  readonly stamp: string
  /** Whether it took the last try. */
  readonly last: boolean
}

/** The stored hash of a PIN, and the id of its key. */
type Kept = { readonly hash: string; readonly key: string }

function notRegistered(): RefusalError {
  return new RefusalError('ERR_MUNICIPAL_PIN_NOT_REGISTERED', 'the PIN is not registered')
}

function overtaken(): RefusalError {
  return new RefusalError('ERR_MUNICIPAL_PIN_BUSY', 'too many concurrent changes of this PIN')
}
